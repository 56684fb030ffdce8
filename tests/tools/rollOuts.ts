import { ALONE, BY_POLICY, formatRow, HEADING, LARGER, SHARED, withRollOut, type Row } from "../proofs/rollOut/table";

/** Roll-outs at the limit, in virtual time: what they take, and what they would take at best. */
async function main(): Promise<void> {
    process.stdout.write(`${HEADING}   worst estimate\n`);
    for (const row of [...ALONE, ...BY_POLICY, ...LARGER, ...SHARED]) {
        await print(row);
    }
}

async function print({ name, scenario }: Row): Promise<void> {
    await withRollOut(scenario, async (rollOut) => {
        for (const [what, figures] of [
            ["creation", await rollOut.create()],
            ["rotation", await rollOut.rotate()],
        ] as const) {
            const offs = figures.estimates.map(({ announcedMs, cameToMs }) => announcedMs / cameToMs - 1);
            const worst = offs.reduce((a, b) => (Math.abs(a) > Math.abs(b) ? a : b), 0);
            process.stdout.write(
                `${formatRow(`${name}, ${what}`, figures)} ${(worst * 100).toFixed(0).padStart(6)} %\n`,
            );
        }
    });
}

main().catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
});
