import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import type { ChildProcess } from "node:child_process";
import { EngineWorld } from "../support/engineWorld";
import { killProviderProcess } from "../support/providerProcess";
import type { RunResult } from "../support/stack";
import type { Fault, StandInOptions } from "../vercel/standIn";

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

        let world: EngineWorld;
        afterEach(async () => {
            try {
                world.verify();
            } finally {
                await world.stop();
            }
        });

        for (const [interruption, moment] of ofCreations) {
            it(`leaves a creation that can be finished: ${interruption} ${moment}`, async () => {
                await start({ uploadPolicy: "new-id" });
                world.declareOne();
                await interruptedUp(interruption, moment);
                await finish();
            });
        }

        for (const [interruption, moment] of ofRotations) {
            it(`leaves a rotation that can be finished: ${interruption} ${moment}`, async () => {
                await start({ uploadPolicy: "new-id" });
                world.declareOne();
                await world.project.up();
                const renewed = await world.renew();
                world.declareOne(renewed);
                await interruptedUp(interruption, moment);
                expect(world.certIds(), "the origin must not be without a certificate").to.not.be.empty;
                await finish(renewed);
            });
        }

        for (const [interruption, moment] of ofUpserts) {
            it(`leaves a rotation that the next run finishes without a hand, where an upload keeps the id: ${interruption} ${moment}`, async () => {
                await start({ uploadPolicy: "same-id" });
                world.declareOne();
                await world.project.up();
                world.declareOne(await world.renew());
                await interruptedUp(interruption, moment);
                await world.project.up();
                expect((await world.stored())?.outputs["certId"]).to.equal(world.certIds()[0]);
                await world.project.run(["preview", "--expect-no-changes"]);
            });
        }

        async function start(options: StandInOptions): Promise<void> {
            world = await EngineWorld.start(options);
        }

        async function interruptedUp(interruption: Interruption, moment: MomentName): Promise<void> {
            const { project, standIn } = world;
            let cli: ChildProcess | undefined;
            standIn.addFault({ ...MOMENTS[moment], kind: "delay", delayMs: HELD_BACK_MS });
            const acted = new Promise<void>((resolve, reject) => {
                standIn.onEvent = (event) => {
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
            standIn.onEvent = undefined;
            if (interruption === "the CLI interrupted once") {
                // What runs already may finish, and what it did is kept.
                expect(world.certIds()).to.deep.equal([(await world.stored())?.outputs["certId"]]);
            }
        }

        /** What a user does next: runs again, and where that is refused, does what the message says. */
        async function finish(material: Readonly<Record<string, unknown>> = {}): Promise<void> {
            const { project } = world;
            const urn = async (): Promise<string> => (await world.stored())?.urn ?? "";
            const next = await tolerant(["up", "--yes", "--skip-preview"]);
            if (next.exitCode !== 0) {
                expect(next.output).to.contain("that was interrupted may have left it");
                expect(next.output).to.contain("allowOverwrite: true");
                world.declareOne({ ...material, allowOverwrite: true });
                await project.up();
            } else if (world.certIds().length > 1) {
                expect(next.output).to.contain("an interrupted run may have left it");
                expect(next.output).to.contain("pulumi up --replace");
                world.declareOne({ ...material, allowOverwrite: true });
                await project.up(["--replace", await urn()]);
            }
            const stored = await world.stored();
            expect(world.certIds()).to.deep.equal([stored?.outputs["certId"]]);
            expect(stored?.outputs["staleCertIds"]).to.deep.equal([]);
            await project.run(["preview", "--expect-no-changes"]);
        }

        async function tolerant(args: readonly string[]): Promise<RunResult> {
            try {
                return await world.project.run(args);
            } catch (error) {
                const transcript = world.project.transcripts.at(-1);
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
