#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Speed of tokenizing beside the library tokenizers of Hugging Face, each on one thread, in MB/s of processor time.
 *
 *	npm install tokenizers@0.23.2
 *	NODE_PATH=node_modules node reference.js RETORT TEXT [TOKENIZER.json ...]
 *
 * Without a file, WordPiece, BPE and Unigram of 2000 tokens are trained on TEXT by RETORT. The time of Retort is that of
 * `data show TEXT tokens FILE` less that with `tokens byte`, the library's that of one call for all lines; the least of three.
 * Tried with Node 20.20.
 */
'use strict'
process.env.RAYON_NUM_THREADS = '1'
process.env.TOKENIZERS_PARALLELISM = 'false'
const fs = require('fs')
const os = require('os')
const path = require('path')
const { execFileSync, spawnSync } = require('child_process')
const T = require('tokenizers')
const [retort, text, ...files] = process.argv.slice(2)
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'reference-'))
if (!files.length)
	for (const kind of ['wordpiece', 'bpe', 'unigram']) {
		files.push(path.join(dir, kind + '.json'))
		execFileSync(retort, ['tokenizer', 'train', kind, text, 'size', '2000', 'into', files[files.length - 1]])
	}
const least = f => Math.min(f(), f(), f())
const run = tokens => least(() => {
	const out = spawnSync('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@" >/dev/null', 'bash', retort, 'data', 'show', text, 'tokens', tokens, 'length', '64']).stderr.toString()
	return out.trim().split('\n').pop().split(' ').map(Number).reduce((a, b) => a + b)
})
async function main() {
	const lines = fs.readFileSync(text, 'utf8').split('\n'), mb = fs.statSync(text).size / 1e6, bytes = run('byte')
	for (const file of files) {
		const t = T.Tokenizer.fromFile(file), times = []
		for (let i = 0; i < 3; i++) {
			const start = process.cpuUsage()
			await t.encodeBatch(lines, { addSpecialTokens: false })
			const used = process.cpuUsage(start)
			times.push((used.user + used.system) / 1e6)
		}
		console.log(`${path.basename(file).padEnd(24)} retort ${(mb / (run(file) - bytes)).toFixed(1)} MB/s, tokenizers ${(mb / Math.min(...times)).toFixed(1)} MB/s`)
	}
	fs.rmSync(dir, { recursive: true })
}
main()
