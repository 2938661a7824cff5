# Completion of retort's arguments for fish.
# SPDX-License-Identifier: GPL-3.0-or-later

complete -c retort -f
complete -c retort -s j -l json -d 'Print data as one JSON object a line'
complete -c retort -s t -l threads -x -d 'Workers; the bits do not depend on it'
complete -c retort -s r -l record -r -F -d 'Record the session in a new file'
complete -c retort -s c -l check -d 'replay: stop at the first figure that differs'
complete -c retort -s u -l until -x -d 'End when the student has done so many steps'
complete -c retort -l color -x -a 'auto always never' -d 'Colours on the screen'
complete -c retort -l charset -x -a 'auto ascii quadrants braille' -d 'Glyphs of the plots'
complete -c retort -s h -l help -d 'Print a summary'
complete -c retort -s V -l version -d 'Print the version'
complete -c retort -n __fish_is_first_token -a run -d 'Run a session file without a terminal'
complete -c retort -n __fish_is_first_token -a replay -d 'Repeat a recording without a terminal'
complete -c retort -n __fish_is_first_token -a commands -d 'List the commands of the session language'
complete -c retort -n __fish_is_first_token -a bench -d 'Measure the training here, against its products and PyTorch'
complete -c retort -n __fish_is_first_token -a loss -d 'Compute a loss between two files of logits'
complete -c retort -n __fish_is_first_token -a tokenizer -d 'Learn the tokens of texts, and try a vocabulary'
complete -c retort -n '__fish_seen_subcommand_from tokenizer' -a 'train show encode decode' -F
complete -c retort -n __fish_is_first_token -a data -d 'Fetch data sets and tell what is in one'
complete -c retort -n '__fish_seen_subcommand_from data; and not __fish_seen_subcommand_from get list show' -a 'get list show'
complete -c retort -n '__fish_seen_subcommand_from data; and __fish_seen_subcommand_from get show' -a 'mnist fashion-mnist fine-foods letters satellite udhr debian-topics spam-assassin austen poetry'
complete -c retort -n '__fish_seen_subcommand_from data; and __fish_seen_subcommand_from show' -F
complete -c retort -n '__fish_seen_subcommand_from loss' -a 'ce kd rkl jsd skl srkl tvd mse cosine sce ls dkd nkd dist lskd ctkd wsld'
complete -c retort -n '__fish_seen_subcommand_from loss' -k -a '(__fish_complete_suffix .csv)'
complete -c retort -n '__fish_seen_subcommand_from bench' -a 'W1 W2 W3 W4 W5 busy losses reading'
complete -c retort -n 'not __fish_seen_subcommand_from commands loss data tokenizer' -k -a '(__fish_complete_suffix .ret)'
