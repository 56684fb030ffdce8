import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import type { ChildProcess } from "node:child_process";
import { EngineEnvironment } from "../support/engineEnvironment";
import { killProviderProcess } from "../support/providerProcess";
import type { RunResult } from "../support/stack";
import type { Fault, FakeVercelOptions } from "../vercel/fakeVercel";

/** Long enough for what is done meanwhile, shorter than the provider's deadline. */
const HELD_BACK_MS = 4_000;

type Interruption = "the provider killed" | "the CLI interrupted once" | "the CLI interrupted twice";
type Moment = Pick<Fault, "operation" | "afterEffect">;

const MOMENTS = {
    "before the upload is sent": { operation: "list", afterEffect: false },
    "while it waits for the upload's answer": { operation: "upload", afterEffect: false },
    "after the upload's effect": { operation: "upload", afterEffect: true },
    "before a clean-up deletion": { operation: "delete", afterEffect: false },
    "after a clean-up deletion": { operation: "delete", afterEffect: true },
} as const satisfies Readonly<Record<string, Moment>>;
type MomentName = keyof typeof MOMENTS;

export interface Interruptions {
    readonly ofCreations?: readonly (readonly [Interruption, MomentName])[];
    readonly ofRotations?: readonly (readonly [Interruption, MomentName])[];
    /** Of a rotation that keeps the id. */
    readonly ofUpserts?: readonly (readonly [Interruption, MomentName])[];
}

/** `npm test` runs one interruption of each kind, the proofs all others. */
export function describeInterruptions({ ofCreations = [], ofRotations = [], ofUpserts = [] }: Interruptions): void {
    describe("an interrupted run", function () {
        this.timeout(25 * 60_000);

        let env: EngineEnvironment;
        afterEach(async () => {
            await env.end();
        });

        for (const [interruption, moment] of ofCreations) {
            it(`leaves a creation that can be finished: ${interruption} ${moment}`, async () => {
                await start({ uploadPolicy: "new-id" });
                env.declareOne();
                await interruptedUp(interruption, moment);
                await finish();
            });
        }

        for (const [interruption, moment] of ofRotations) {
            it(`leaves a rotation that can be finished: ${interruption} ${moment}`, async () => {
                await start({ uploadPolicy: "new-id" });
                env.declareOne();
                await env.project.up();
                const renewed = await env.renew();
                env.declareOne(renewed);
                await interruptedUp(interruption, moment);
                expect(env.certIds(), "the origin must not be without a certificate").to.not.be.empty;
                await finish(renewed);
            });
        }

        for (const [interruption, moment] of ofUpserts) {
            it(`leaves a rotation that the next run finishes without a hand, where an upload keeps the id: ${interruption} ${moment}`, async () => {
                await start({ uploadPolicy: "same-id" });
                env.declareOne();
                await env.project.up();
                env.declareOne(await env.renew());
                await interruptedUp(interruption, moment);
                await env.project.up();
                expect((await env.stored())?.outputs["certId"]).to.equal(env.certIds()[0]);
                await env.project.run(["preview", "--expect-no-changes"]);
            });
        }

        async function start(options: FakeVercelOptions): Promise<void> {
            env = await EngineEnvironment.start(options);
        }

        async function interruptedUp(interruption: Interruption, moment: MomentName): Promise<void> {
            const { project, fakeVercel } = env;
            let cli: ChildProcess | undefined;
            fakeVercel.addFault({ ...MOMENTS[moment], kind: "delay", delayMs: HELD_BACK_MS });
            const acted = new Promise<void>((resolve, reject) => {
                fakeVercel.onEvent = (event) => {
                    if (event.kind === "fault") {
                        // Once the call has had its effect.
                        setImmediate(() => {
                            interrupt(interruption, cli).then(resolve, reject);
                        });
                    }
                };
            });
            await project.up([], {
                expectFailure: true,
                onStart: (child) => {
                    cli = child;
                },
            });
            await acted;
            fakeVercel.onEvent = undefined;
            if (interruption === "the CLI interrupted once") {
                // What runs already may finish, and what it did is kept.
                expect(env.certIds()).to.deep.equal([(await env.stored())?.outputs["certId"]]);
            }
        }

        /** What a user does next: runs again, and where that is refused, does what the message says. */
        async function finish(material: Readonly<Record<string, unknown>> = {}): Promise<void> {
            const { project } = env;
            const urn = async (): Promise<string> => (await env.stored())?.urn ?? "";
            const next = await tolerant(["up", "--yes", "--skip-preview"]);
            if (next.exitCode !== 0) {
                expect(next.output).to.contain("may have been interrupted and left it");
                expect(next.output).to.contain("allowOverwrite: true");
                env.declareOne({ ...material, allowOverwrite: true });
                await project.up();
            } else if (env.certIds().length > 1) {
                expect(next.output).to.contain("an interrupted run may have left it");
                expect(next.output).to.contain("pulumi up --replace");
                env.declareOne({ ...material, allowOverwrite: true });
                await project.up(["--replace", await urn()]);
            }
            const stored = await env.stored();
            expect(env.certIds()).to.deep.equal([stored?.outputs["certId"]]);
            expect(stored?.outputs["staleCertIds"]).to.deep.equal([]);
            await project.run(["preview", "--expect-no-changes"]);
        }

        async function tolerant(args: readonly string[]): Promise<RunResult> {
            try {
                return await env.project.run(args);
            } catch (error) {
                const transcript = env.project.transcripts.at(-1);
                if (transcript === undefined) {
                    throw error;
                }
                return transcript;
            }
        }
    });
}

async function interrupt(interruption: Interruption, cli: ChildProcess | undefined): Promise<void> {
    if (cli?.pid === undefined) {
        throw new Error("expected the CLI to be running");
    }
    if (interruption === "the provider killed") {
        killProviderProcess(cli.pid);
        return;
    }
    cli.kill("SIGINT");
    if (interruption === "the CLI interrupted twice") {
        // A person needs a moment between the two; the CLI ignores what comes at the same time.
        await new Promise((resolve) => setTimeout(resolve, 500));
        cli.kill("SIGINT");
    }
}
