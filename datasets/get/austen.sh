# Six novels of Jane Austen, one after the other in the order in which they were printed.
need_r
debian r-cran-janeaustenr
data=r-cran-janeaustenr/usr/lib/R/site-library/janeaustenr/data/Rdata
check 8fb5198960d0da724b1562f96e4221e5c1b41ff455000280b02c55980c3d8f21 "$data.rdb"
r_code "e <- new.env(); lazyLoad('$data', e); f <- file('austen.txt', 'wb')
	for (n in c('sensesensibility', 'prideprejudice', 'mansfieldpark', 'emma', 'northangerabbey', 'persuasion'))
		writeLines(enc2utf8(get(n, e)), f, useBytes = TRUE)
	close(f)"
check f2516f2139e3cecf49657122fed58ac46313f1fdff32a26fc66789293e92d573 austen.txt
mv austen.txt "$new" || full
