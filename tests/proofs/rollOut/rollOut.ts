import type { Properties } from "../../../provider/operations/arguments";
import { ORIGIN, TestEnvironment } from "../../support/testEnvironment";
import { DOCUMENTED_LIMITS, Limits, type LimitSizes } from "../../vercel/limits";
import type { RecordedRequest } from "../../vercel/fakeVercel";
import type { StorePolicy } from "../../vercel/store";
import { VirtualClock } from "../../support/virtualClock";

/** In the middle of a second and of a minute, as times are. */
const OFFSET_MS = 23_456;
const DAY_MS = 86_400_000;
/** Client and fake API are in this process; between two steps of either there are a few turns of the event loop at most. */
const QUIET_TURNS = 40;

export interface Scenario {
    readonly certificates: number;
    readonly limits?: Partial<LimitSizes>;
    readonly policy?: Partial<StorePolicy>;
    /** How long a request or an answer is on its way: from, to. */
    readonly transitMs?: readonly [number, number];
    /** When somebody else takes of the same limits, in milliseconds from the start. */
    readonly others?: readonly number[];
}

/** What a roll-out has come to. */
export interface Figures {
    /** When a client that knows the limiter, and whose requests take no time, would have been through. */
    readonly idealMs: number;
    readonly tookMs: number;
    readonly ratio: number;
    readonly refused: number;
    /** The most refusals within the length of a window. */
    readonly refusedPerWindow: number;
    readonly calls: number;
    /** For each line about waiting for uploads: what it announced, and what it came to. */
    readonly estimates: readonly { readonly announcedMs: number; readonly cameToMs: number }[];
}

interface Line {
    readonly at: number;
    readonly text: string;
}

/** A provider, and as many declared certificates as there are projects, at a fake Vercel API in virtual time. */
export class RollOut {
    static async start(scenario: Scenario): Promise<RollOut> {
        const clock = new VirtualClock(Math.floor(Date.now() / DAY_MS) * DAY_MS + OFFSET_MS, QUIET_TURNS);
        const random = seeded();
        const [least, most] = scenario.transitMs ?? [0, 0];
        const lines: Line[] = [];
        const env = await TestEnvironment.start({
            clock,
            onLine: (text) => lines.push({ at: clock.now(), text }),
            now: () => clock.now(),
            ...(most > 0 ? { transit: () => clock.transit(Math.round(least + random() * (most - least))) } : {}),
            limits: scenario.limits ?? {},
            ...scenario.policy,
        });
        const projects = Array.from({ length: scenario.certificates }, (_, at) => `site-${String(at)}`);
        projects.forEach((project) => {
            env.fakeVercel.addProject({ id: `prj-${project}`, name: project, team: "team_1" });
        });
        return new RollOut(env, clock, scenario, projects, lines);
    }

    #resources: readonly { readonly id: string; readonly inputs: Properties; readonly outs: Properties }[] = [];

    private constructor(
        readonly env: TestEnvironment,
        readonly clock: VirtualClock,
        private readonly scenario: Scenario,
        private readonly projects: readonly string[],
        private readonly lines: Line[],
    ) {}

    async create(): Promise<Figures> {
        const checked = await this.#checkEach(
            ({ project }) => [{ project }, {}],
            this.projects.map((project) => ({ project })),
        );
        return await this.#measure("upload", async () => {
            this.#resources = await this.#startEach(checked, async (inputs) => ({
                inputs,
                ...(await this.env.provider.create(inputs)),
            }));
        });
    }

    /** Rotates everything that was created, an hour later, when no limit remembers the creation. */
    async rotate(): Promise<Figures> {
        await this.clock.run(this.clock.sleep(3_600_000));
        this.env.nextRun();
        const { certPem: cert, keyPem: key } = await this.env.bundle.authority.issue();
        const checked = await this.#checkEach(
            ({ inputs }) => [{ project: inputs["project"], cert, key }, inputs],
            this.#resources,
        );
        return await this.#measure("upload", async () => {
            await this.#startEach(this.#resources, ({ id, outs }, at) =>
                this.env.provider.update(id, outs, checked[at] ?? {}),
            );
        });
    }

    /** A moment apart: each verifies its chain by a handshake in real time, and all at once they could run out of it. */
    async #startEach<T, R>(resources: readonly T[], start: (resource: T, at: number) => Promise<R>): Promise<R[]> {
        const started: Promise<R>[] = [];
        for (const [at, resource] of resources.entries()) {
            started.push(start(resource, at));
            await this.clock.sleep(1);
        }
        return await Promise.all(started);
    }

    /** One after the other, before time is virtual: the handshakes of the check take real time. */
    async #checkEach<T>(
        given: (resource: T) => readonly [news: Properties, olds: Properties],
        resources: readonly T[],
    ): Promise<readonly Properties[]> {
        const checked: Properties[] = [];
        for (const resource of resources) {
            checked.push(await this.env.checked(...given(resource)));
        }
        return checked;
    }

    /** Refreshes what was created in earlier times, by somebody who is not measured. */
    async refresh(): Promise<Figures> {
        const { fakeVercel, bundle } = this.env;
        const states = this.projects.map((project) => {
            const { cert, ca } = bundle;
            const certId = fakeVercel.placeCertificate(`prj-${project}`, { origin: ORIGIN, cert, ca });
            return {
                id: `team_1/${project}/${ORIGIN}`,
                outs: { project, team: "team_1", certId, origin: ORIGIN, fingerprint: "v1:placed", staleCertIds: [] },
            };
        });
        return await this.#measure("list", async () => {
            await this.#startEach(states, ({ id, outs }) => this.env.provider.read(id, outs));
        });
    }

    async stop(): Promise<void> {
        await this.env.stop();
    }

    async #measure(decisive: RecordedRequest["operation"], work: () => Promise<void>): Promise<Figures> {
        const { clock, env, lines } = this;
        env.fakeVercel.clearRequests();
        lines.splice(0);
        const startMs = clock.now();
        this.#letOthers(decisive);
        await clock.run(work());
        const tookMs = clock.now() - startMs;
        const { requests } = env.fakeVercel;
        const last = Math.max(...requests.filter(({ operation }) => operation === decisive).map(({ at }) => at));
        const refusedAt = requests.filter(({ status }) => status === 429).map(({ at }) => at);
        const idealMs = this.#ideal(decisive, startMs);
        return {
            idealMs,
            tookMs,
            ratio: tookMs / idealMs,
            refused: refusedAt.length,
            refusedPerWindow: mostWithin(refusedAt, this.#sizes.windowMs),
            calls: requests.length,
            estimates: lines.flatMap(({ at, text }) => {
                const seconds = /uploads a minute.* the last for about (\d+) s/.exec(text)?.[1];
                return seconds === undefined ? [] : [{ announcedMs: Number(seconds) * 1000, cameToMs: last - at }];
            }),
        };
    }

    get #sizes(): LimitSizes {
        return { ...DOCUMENTED_LIMITS, ...this.scenario.limits };
    }

    #letOthers(operation: RecordedRequest["operation"]): void {
        if (operation !== "other") {
            for (const ms of this.scenario.others ?? []) {
                void this.clock.sleep(ms).then(() => this.env.fakeVercel.spendLimit("team_1", operation));
            }
        }
    }

    /** A client that asks the limiter itself takes what there is the moment that it is there: no other is through earlier. */
    #ideal(operation: RecordedRequest["operation"], startMs: number): number {
        if (operation === "other") {
            throw new Error("expected an operation that is limited");
        }
        const limits = new Limits(this.#sizes);
        const others = (this.scenario.others ?? []).map((ms) => startMs + ms).sort((a, b) => a - b);
        let nowMs = startMs;
        for (let done = 0; done < this.scenario.certificates;) {
            for (let next = others[0]; next !== undefined && next <= nowMs; next = others[0]) {
                limits.take("owner", operation, next);
                others.shift();
            }
            const { allowed, resetMs } = limits.take("owner", operation, nowMs);
            done += allowed ? 1 : 0;
            nowMs = allowed ? nowMs : resetMs;
        }
        return nowMs - startMs;
    }
}

function mostWithin(times: readonly number[], windowMs: number): number {
    return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length));
}

/** The same numbers in every run, from 0 to 1: a roll-out that fails, fails again. */
function seeded(): () => number {
    let state = 1;
    return () => {
        state = (state * 48_271) % 2_147_483_647;
        return state / 2_147_483_647;
    };
}
