# Fashion-MNIST: 60,000 and 10,000 pictures of clothes, as IDX. The package compresses the files itself, so the
# hashes are those of the contents.
debian dataset-fashion-mnist
for file in train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte; do
	gzip -dc "dataset-fashion-mnist/usr/share/datasets/fashion-mnist/$file.gz" >"$new/$file" || full
done
check c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888 "$new/train-images-idx3-ubyte"
check bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9 "$new/train-labels-idx1-ubyte"
check 5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b "$new/t10k-images-idx3-ubyte"
check 0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34 "$new/t10k-labels-idx1-ubyte"
