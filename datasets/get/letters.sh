# LetterRecognition of mlbench: 20,000 letters as 16 numbers each, 26 classes.
need_r
debian r-cran-mlbench
data=r-cran-mlbench/usr/lib/R/site-library/mlbench/data/LetterRecognition.rda
check 967a1a3e10b548d7269cbe50182bcecd6365cc58ea07638bbc34c51f17f34f1d "$data"
r_code "load('$data'); write.csv(LetterRecognition, 'letters.csv', row.names = FALSE, quote = FALSE)"
check d0982cbc2106b8b52a811424b8171d50c1a96b05bc7ff4121ce7bd1087b6d226 letters.csv
mv letters.csv "$new" || full
