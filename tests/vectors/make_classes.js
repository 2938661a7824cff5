#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Classes of characters of the library tokenizers, found by trying every character: prints
 * include/retort/data/text/char_class.def.
 *
 *	npm install tokenizers@0.23.2
 *	NODE_PATH=node_modules node make_classes.js > ../../include/retort/data/text/char_class.def
 *
 * Tried with Node 20.20; it takes a minute or two.
 */
'use strict'
const T = require('tokenizers')
const accents = T.bertNormalizer({ cleanText: false, handleChineseChars: false, stripAccents: true, lowercase: false })
const clean = T.bertNormalizer({ cleanText: true, handleChineseChars: false, stripAccents: false, lowercase: false })
const marks = T.stripAccentsNormalizer()
const punctuation = T.punctuationPreTokenizer('isolated')
const classes = {
	ACCENT: c => accents.normalizeString(c) === '',
	MARK: c => marks.normalizeString(c) === '',
	PUNCTUATION: c => punctuation.preTokenizeString('a' + c + 'a').length > 1,
	CONTROL: c => clean.normalizeString(c) === ''
}
console.log('/* Ranges of characters, as the library tokenizers 0.23.2 classifies them; written by tests/vectors/make_classes.js. */')
console.log('/* SPDX-License-Identifier: GPL-3.0-or-later */\n/* clang-format off */')
for (const [name, has] of Object.entries(classes)) {
	const ranges = []
	for (let cp = 1; cp < 0x110000; cp++) {
		if (cp === 0xd800) cp = 0xe000
		if (!has(String.fromCodePoint(cp))) continue
		const last = ranges[ranges.length - 1]
		if (last && last[1] === cp - 1) last[1] = cp
		else ranges.push([cp, cp])
	}
	let line = ''
	for (const r of ranges) {
		const item = `${name}(${r.map(x => '0x' + x.toString(16).toUpperCase()).join(', ')}) `
		if (line.length + item.length > 118) {
			console.log(line.trimEnd())
			line = ''
		}
		line += item
	}
	console.log(line.trimEnd())
}
console.log('/* clang-format on */')
