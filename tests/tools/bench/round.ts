import { randomBytes } from "node:crypto";
import { newToken } from "../../support/testEnvironment";
import type { PulumiCli } from "../../support/pulumiCli";
import { assertNoSecrets } from "../../support/secretSweep";
import { PulumiProject } from "../../support/stack";
import { COLUMNS, type ColumnName } from "./columns";
import { CERTIFICATES_PER_PROJECT, reformat, type Mint } from "./material";
import { watched } from "./processTree";
import { DECLARED_FILE, type Declared } from "./programs/declared";
import { ROWS, STATE_ROWS, type Row, type Sample } from "./samples";
import { FakeVercelProcess } from "./fakeVercelProcess";

const COMMANDS: Readonly<Record<Row, readonly string[]>> = {
    create: ["up", "--yes", "--skip-preview"],
    "no-op": ["up", "--yes", "--skip-preview"],
    preview: ["preview"],
    reformatted: ["up", "--yes", "--skip-preview"],
    refresh: ["refresh", "--yes", "--skip-preview"],
    rotate: ["up", "--yes", "--skip-preview"],
    destroy: ["destroy", "--yes", "--skip-preview"],
};

/** As the report names them. */
export const COMMAND_LINES: Readonly<Record<Row, string>> = Object.fromEntries(
    ROWS.map((row) => [row, `pulumi ${COMMANDS[row].join(" ")} --non-interactive`]),
) as Record<Row, string>;

/** Runs that change nothing can be repeated within one round, and theirs are the ratios that count. */
const TIMES: Readonly<Partial<Record<Row, number>>> = { "no-op": 3, preview: 2 };

export interface RoundOptions {
    readonly cli: PulumiCli;
    readonly mint: Mint;
    readonly n: number;
    readonly columns: readonly ColumnName[];
    /** Every row once, for a test of the bench itself. */
    readonly brief?: boolean;
    readonly onRun: (what: string) => void;
}

/** Every row once, for all columns in turn, so that what the machine does meanwhile hits all of them alike. */
export async function runRound(options: RoundOptions): Promise<readonly Sample[]> {
    const { mint, n, columns, brief = false } = options;
    const declared = await mint.declare(n);
    const texts = { first: declared, again: reformat(declared), next: await mint.declare(n) };
    const stacks: Stack[] = [];
    try {
        for (const column of columns) {
            stacks.push(await Stack.open(column, options, declared));
        }
        const samples: Sample[] = [];
        for (const row of ROWS) {
            for (let time = 0; time < (brief ? 1 : (TIMES[row] ?? 1)); time += 1) {
                for (const stack of time % 2 === 0 ? stacks : [...stacks].reverse()) {
                    options.onRun(`N = ${String(n)}: ${row}, ${stack.column}`);
                    stack.declare(row === "rotate" ? texts.next : row === "reformatted" ? texts.again : undefined);
                    samples.push(await stack.measure(row));
                }
            }
        }
        stacks.forEach((stack) => {
            stack.verify();
        });
        return samples;
    } finally {
        await Promise.all(stacks.map((stack) => stack.close()));
    }
}

/** The sweep for secrets keeps an index of all pieces of its keys, so it does not get hundreds. */
const SWEPT_KEYS = 4;

function sweptKeys(declared: readonly Declared[]): string[] {
    return declared.slice(0, SWEPT_KEYS).map(({ key }) => key);
}

/** One column's stack, with a fake Vercel API of its own. */
export class Stack {
    static async open(
        column: ColumnName,
        { cli, n }: Pick<RoundOptions, "cli" | "n">,
        declared: readonly Declared[],
    ): Promise<Stack> {
        const token = newToken();
        const projects = Math.ceil(n / CERTIFICATES_PER_PROJECT);
        const fakeVercel = await FakeVercelProcess.start({ token, projects });
        try {
            const project = await PulumiProject.create({
                cli,
                program: `require(${JSON.stringify(COLUMNS[column].program)});`,
                name: `bench-${randomBytes(4).toString("hex")}`,
                environment: { VERCEL_API_URL: fakeVercel.url, VERCEL_API_TOKEN: token },
                files: { [DECLARED_FILE]: JSON.stringify(declared) },
            });
            return new Stack(column, n, project, fakeVercel, { keys: sweptKeys(declared), tokens: [token] });
        } catch (error) {
            await fakeVercel.stop();
            throw error;
        }
    }

    private constructor(
        readonly column: ColumnName,
        readonly n: number,
        readonly project: PulumiProject,
        readonly fakeVercel: FakeVercelProcess,
        readonly secrets: { readonly keys: string[]; readonly tokens: readonly string[] },
    ) {}

    declare(declared: readonly Declared[] | undefined): void {
        if (declared !== undefined) {
            this.secrets.keys.push(...sweptKeys(declared));
            this.project.writeFile(DECLARED_FILE, JSON.stringify(declared));
        }
    }

    async measure(row: Row): Promise<Sample> {
        const { result, use } = await watched((onStart) => this.project.run(COMMANDS[row], { onStart }));
        const { violations, ...calls } = await this.fakeVercel.takeCounts();
        if (violations > 0 || calls.refused > 0) {
            const got = `${String(calls.refused)} refused and ${String(violations)} against the official document`;
            throw new Error(`${row}, ${this.column}: expected calls that are all in order, got ${got}`);
        }
        const stateBytes = STATE_ROWS.includes(row) ? { stateBytes: await this.#stateBytes() } : {};
        return {
            n: this.n,
            column: this.column,
            row,
            wallMs: Math.round(result.seconds * 1000),
            use,
            calls,
            ...stateBytes,
        };
    }

    async #stateBytes(): Promise<number> {
        return JSON.stringify((await this.project.state()).deployment.resources).length;
    }

    verify(): void {
        assertNoSecrets(this.project.allText(), this.secrets);
    }

    async close(): Promise<void> {
        await this.project.dispose();
        await this.fakeVercel.stop();
    }
}
