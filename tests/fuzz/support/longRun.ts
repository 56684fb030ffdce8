import { randomInt } from "node:crypto";

/** Loaded before the tests by `npm run test:fuzz:long`: what is not set otherwise is a long run with cases of its own. */
const LONG_RUNS = 5_000;
const SEEDS = 1_000_000;

process.env["FUZZ_RUNS"] ??= String(LONG_RUNS);
process.env["FUZZ_SEED"] ??= String(randomInt(SEEDS));
process.stderr.write(`FUZZ_SEED=${process.env["FUZZ_SEED"]} FUZZ_RUNS=${process.env["FUZZ_RUNS"]}\n`);
