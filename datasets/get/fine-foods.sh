# small_fine_foods of modeldata: 4,000 and 1,000 reviews of food, great or other.
need_r
debian r-cran-modeldata
data=r-cran-modeldata/usr/lib/R/site-library/modeldata/data/Rdata
check 2ecef5e8da0f782ae4e3f65d928fe769702accffd8981cc358a3097f6736f58f "$data.rdb"
r_code "e <- new.env(); lazyLoad('$data', e)
	for (n in c('training_data', 'testing_data')) {
		d <- as.data.frame(get(n, e))
		d\$review <- gsub('[\\r\\n\\t]+', ' ', d\$review)
		write.table(d[, c('score', 'review')], paste0(n, '.tsv'), sep = '\\t', quote = FALSE, row.names = FALSE)
	}"
check 2bc2fc3eb7c74455baf60150add4608b59ded862d9341e0d4c77f93b477abc38 training_data.tsv
check 74d5f24661bff8e81bd9750881a8de8436804695ddd238ac37dcbafe7fbb029c testing_data.tsv
# Quotes in the reviews are not doubled; a table of Retort needs that.
for part in training testing; do
	awk -F '\t' "$csv_quote"' { print $1 "," (NR == 1 ? $2 : quote($2)) }' "${part}_data.tsv" >"$new/$part.csv" || full
done
