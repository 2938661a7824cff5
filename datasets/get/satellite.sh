# Satellite of mlbench: 6,435 pixels of satellite images as 36 numbers each, 6 kinds of ground.
need_r
debian r-cran-mlbench
data=r-cran-mlbench/usr/lib/R/site-library/mlbench/data/Satellite.rda
check 29f8cf9bb1bc51b769d694c9caf740fd1c36ed6a7c87603edf5985962e330f64 "$data"
r_code "load('$data'); write.csv(Satellite, 'satellite.csv', row.names = FALSE, quote = FALSE)"
check 3f92b8b64f70d4a8d6335d148b135cf6e362c4c6530581f45b9deedf60240303 satellite.csv
mv satellite.csv "$new" || full
