#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Scripts of characters as UnicodeScripts of the library tokenizers has them, found by trying every character: prints
 * include/retort/data/text/char_char_script.def.
 *
 *	npm install tokenizers@0.23.2
 *	NODE_PATH=node_modules node make_char_scripts.js > ../../include/retort/data/text/char_char_script.def
 *
 * Tried with Node 20.20; it takes some seconds. Only whether two characters have the same script is visible: scripts
 * are numbered in the order of their first characters. 0 is what joins any script: blanks and unassigned characters.
 */
'use strict'
const T = require('tokenizers')
const tokenizer = T.Tokenizer.fromString(JSON.stringify({ version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null,
	pre_tokenizer: { type: 'UnicodeScripts' }, post_processor: null, decoder: null, model: { type: 'WordLevel', vocab: { u: 0 }, unk_token: 'u' } }))
const words = async s => (await tokenizer.encode(s)).getIds().length
// Whether each character of a list is apart from its neighbours, copies of `other`.
async function isApart(list, other) {
	const out = []
	for (let i = 0; i < list.length; i += 4096) {
		const part = list.slice(i, i + 4096)
		const starts = new Set((await tokenizer.encode(part.map(c => String.fromCodePoint(other, c)).join(''))).getOffsets().map(o => o[0]))
		part.forEach((c, k) => out.push(starts.has(2 * k + 1)))
	}
	return out
}
async function main() {
	const all = []
	for (let cp = 0; cp < 0x110000; cp++) if (cp < 0xd800 || cp > 0xdfff) all.push(cp)
	const latin = await isApart(all, 0x41), han = await isApart(all, 0x4e00)
	const script = new Map(), first = []
	const same = async (a, b) => await words(String.fromCodePoint(a, b)) === 1
	let before = 0, number = 0
	for (const [i, cp] of all.entries()) {
		if (!latin[i] && !han[i]) continue // with any script
		if (first.length && await same(before, cp)) script.set(cp, number)
		else {
			number = 0
			for (let k = 0; k < first.length && !number; k++) if (await same(first[k], cp)) number = k + 1
			if (!number) number = first.push(cp)
			script.set(cp, number)
		}
		before = cp
	}
	const ranges = []
	for (const [cp, number] of script) {
		const last = ranges[ranges.length - 1]
		if (last && last[1] === cp - 1 && last[2] === number) last[1] = cp
		else ranges.push([cp, cp, number])
	}
	console.log('/* Ranges of characters with their scripts, as UnicodeScripts of the library tokenizers 0.23.2 has them: those of')
	console.log(' * Unicode 9, numbered in their order, Hiragana and Katakana as Han; written by tests/vectors/make_char_scripts.js. */')
	console.log('/* SPDX-License-Identifier: GPL-3.0-or-later */\n/* clang-format off */')
	let line = ''
	for (const [from, to, number] of ranges) {
		const item = `SCRIPT(0x${from.toString(16).toUpperCase()}, 0x${to.toString(16).toUpperCase()}, ${number}) `
		if (line.length + item.length > 118) {
			console.log(line.trimEnd())
			line = ''
		}
		line += item
	}
	console.log(line.trimEnd() + '\n/* clang-format on */')
}
main()
