import { explore, newBundlePool } from "../support/histories/explore";

/** Random histories, as many as you like: `npm run histories -- SEED RUNS [--no-shrinking]`; JSON. */
async function main([seed, runs, option]: readonly string[]): Promise<void> {
    if (!(Number(seed) >= 0 && Number(runs) > 0)) {
        throw new Error(`expected SEED and RUNS, got ${JSON.stringify([seed, runs])}`);
    }
    const shrinks = option !== "--no-shrinking";
    const explored = await explore(Number(seed), Number(runs), await newBundlePool(), { shrinks });
    process.stdout.write(`${JSON.stringify(explored)}\n`);
    process.exitCode = explored.failure === undefined ? 0 : 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 2;
});
