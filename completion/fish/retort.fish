# Completion of retort's arguments for fish: the program lists the candidates.
# SPDX-License-Identifier: GPL-3.0-or-later

function __retort_complete
	set -l typed (commandline -opc)
	set -l current (commandline -ct)
	for line in ($typed[1] --complete -- $typed[2..-1] "$current" 2>/dev/null)
		switch $line
			case ':files'
				__fish_complete_path $current
			case ':files *'
				__fish_complete_suffix (string replace ':files ' '' -- $line)
			case '*'
				echo $line
		end
	end
end

complete -c retort -f -k -a '(__retort_complete)'
