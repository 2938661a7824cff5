#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Models of SentencePiece and the ids that it gives, for tests/unit/test_spmodel.c, on the texts of tokenizers.json.
 *
 *	node make_sentencepiece.js
 *
 * Needs spm_train and spm_encode of Debian's package sentencepiece, tried with 0.1.97; writes sentencepiece/. Texts with
 * line ends or NUL, and empty ones, are left out: spm_encode reads lines. Hashes are those of make_reference.js.
 */
'use strict'
const fs = require('fs')
const path = require('path')
const { execFileSync } = require('child_process')
const here = path.join(__dirname, 'sentencepiece')
const texts = JSON.parse(fs.readFileSync(path.join(__dirname, 'tokenizers.json'))).texts.filter(s => s && !/[\n\r\0]/.test(s))
const hash = ids => {
	let h = 2166136261
	for (const id of ids) for (let shift = 0; shift < 32; shift += 8) h = Math.imul(h ^ (id >> shift & 255), 16777619) >>> 0
	return h.toString(16).padStart(8, '0')
}
const models = {
	unigram: ['--model_type=unigram', '--vocab_size=1500'],
	unigram_bytes: ['--model_type=unigram', '--vocab_size=1500', '--byte_fallback', '--user_defined_symbols=<mask>,the,covid19', '--normalization_rule_tsv=rules.tsv'],
	unigram_plain: ['--model_type=unigram', '--vocab_size=1500', '--normalization_rule_name=identity', '--add_dummy_prefix=false', '--remove_extra_whitespaces=false'],
	bpe: ['--model_type=bpe', '--vocab_size=1600', '--normalization_rule_tsv=rules.tsv'],
	bpe_bytes: ['--model_type=bpe', '--vocab_size=1700', '--byte_fallback', '--normalization_rule_name=identity', '--remove_extra_whitespaces=false',
		'--user_defined_symbols=<mask>,the,covid19', '--split_digits'],
	word: ['--model_type=word', '--vocab_size=600', '--normalization_rule_tsv=rules.tsv'],
	word_bytes: ['--model_type=word', '--vocab_size=800', '--byte_fallback', '--normalization_rule_name=identity', '--remove_extra_whitespaces=false', '--user_defined_symbols=<mask>,the'],
	// spm_encode fails at a word that is a control symbol
	word_suffix: ['--bos_piece=<bos>', '--model_type=word', '--vocab_size=600', '--treat_whitespace_as_suffix', '--normalization_rule_tsv=rules.tsv'],
	char: ['--model_type=char', '--vocab_size=500', '--normalization_rule_tsv=rules.tsv', '--user_defined_symbols=<mask>,the'],
	char_bytes: ['--model_type=char', '--vocab_size=600', '--byte_fallback', '--treat_whitespace_as_suffix', '--normalization_rule_name=identity'],
	unigram_suffix: ['--model_type=unigram', '--vocab_size=1500', '--treat_whitespace_as_suffix', '--normalization_rule_tsv=rules.tsv'],
	bpe_suffix: ['--model_type=bpe', '--vocab_size=1600', '--treat_whitespace_as_suffix', '--remove_extra_whitespaces=false', '--normalization_rule_name=identity']
}
models.unigram.push('--normalization_rule_tsv=rules.tsv')
fs.mkdirSync(here, { recursive: true })
process.chdir(here)
const hex = s => [...s].map(c => c.codePointAt(0).toString(16).toUpperCase()).join(' ')
const rules = { 'Ａ': 'A', 'ﬁ': 'fi', '①': '1', '\t': ' ', '\u3000': ' ', 'e\u0301': 'é', 'か\u3099': 'が', '\u200b': '', 'ß': 'ss', 'É': 'é', '…': '. . .' }
fs.writeFileSync('rules.tsv', Object.entries(rules).map(([a, b]) => hex(a) + '\t' + hex(b) + '\n').join(''))
// the first half of the texts, so that the others have characters without pieces
fs.writeFileSync('train.txt', (texts.slice(0, texts.length * 0.7).join('\n') + '\n').repeat(4))
fs.writeFileSync('texts.txt', texts.join('\n') + '\n')
const out = []
for (const [name, options] of Object.entries(models)) {
	execFileSync('spm_train', ['--input=train.txt', '--model_prefix=' + name, '--hard_vocab_limit=false', '--num_threads=1', '--minloglevel=2',
		'--character_coverage=0.98', ...options], { stdio: 'ignore' })
	const lines = execFileSync('spm_encode', [`--model=${name}.model`, '--output_format=id', 'texts.txt'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().split('\n')
	out.push(JSON.stringify({ model: name + '.model', ids: texts.map((_, i) => hash(lines[i].split(' ').filter(s => s).map(Number))).join(' ') }))
	fs.unlinkSync(name + '.vocab')
}
for (const file of ['rules.tsv', 'train.txt', 'texts.txt']) fs.unlinkSync(file)
fs.writeFileSync('ids.json', `{"sentencepiece": "0.1.97", "cases": [\n${out.join(',\n')}\n]}\n`)
