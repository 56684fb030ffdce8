import fc from "fast-check";

/** A history is what people, machines and Vercel do to a few stacks and projects; everything by number, so that it shrinks. */
export interface History {
    readonly policy: Policy;
    readonly steps: readonly Step[];
}

export const UPLOAD_POLICIES = ["stable", "fresh", "append", "content", "content, appended"] as const;

/** What is not known of Vercel. */
export interface Policy {
    readonly upload: (typeof UPLOAD_POLICIES)[number];
    readonly lagMs: number;
    readonly pageSize: number | undefined;
    readonly nullOrigin: boolean;
    /** Whether a deletion of what is not there answers in other words than the document has. */
    readonly oddMissing: boolean;
    readonly latencyMs: number;
}

export const PROJECTS = 2;
export const STACKS = 2;
export const LEAVES = 3;
export const NAMES = ["a", "b", "c"] as const;
export const ORIGINS = ["https://one.example.com", "https://two.example.com", undefined] as const;
/** What somebody else may have put beside ours; the last three are no origins as this provider knows them. */
export const FOREIGN_ORIGINS = [...ORIGINS, "http://one.example.com", "one.example.com:443", ""] as const;

/** What a program says of one certificate. */
export interface Declaration {
    readonly project: number;
    readonly byId: boolean;
    readonly origin: number;
    readonly leaf: number;
    readonly allowOverwrite: boolean;
    readonly deleteBeforeReplace: boolean;
    /** Looked up instead of managed. */
    readonly get: boolean;
}

export const COMMANDS = ["up", "refresh", "destroy"] as const;

export const FAULTS = [
    "connection refused",
    "reset, no effect",
    "reset, after the effect",
    "timeout, no effect",
    "timeout, after the effect",
    "timeout, effect after the next listing",
    "500, no effect",
    "500, after the effect",
    "400",
    "403",
    "404, project",
    "404, other words",
    "409",
    "429",
    "200 with an empty body",
    "200 with an empty body, after the effect",
    "an entry that cannot be read",
] as const;

export interface PlacedFault {
    /** Which call of the command it hits. */
    readonly at: number;
    readonly fault: (typeof FAULTS)[number];
}

export interface Command {
    readonly does: "command";
    readonly stack: number;
    readonly command: (typeof COMMANDS)[number];
    readonly name: number;
    readonly scope: "all" | "target" | "exclude";
    readonly replace: boolean;
    readonly continueOnError: boolean;
    readonly refresh: boolean;
    readonly runProgram: boolean;
    readonly faults: readonly PlacedFault[];
    /** The process is killed when it makes this call. */
    readonly killAt: number | undefined;
}

export type Edit =
    | { readonly does: "declare"; readonly stack: number; readonly name: number; readonly declaration: Declaration }
    | { readonly does: "undeclare"; readonly stack: number; readonly name: number }
    | { readonly does: "rename"; readonly stack: number; readonly name: number; readonly to: number }
    | {
          readonly does: "change";
          readonly stack: number;
          readonly name: number;
          readonly what: "origin" | "project" | "byId" | "leaf" | "allowOverwrite" | "deleteBeforeReplace" | "get";
      };

/** As `pulumi import` with the file that this package writes; what is not in place was uploaded by hand before. */
export interface Import {
    readonly does: "import";
    readonly stack: number;
    readonly name: number;
    readonly declaration: Declaration;
}

/** What happens at Vercel without Pulumi. */
export type Event =
    | { readonly does: "upload"; readonly project: number; readonly origin: number; readonly leaf: number }
    | { readonly does: "remove"; readonly project: number; readonly origin: number }
    | { readonly does: "rename project"; readonly project: number }
    | { readonly does: "wait" };

export type Step = Command | Edit | Import | Event;

const stack = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(STACKS - 1) });
const name = fc.nat(NAMES.length - 1);
const project = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(PROJECTS - 1) });
const origin = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(ORIGINS.length - 1) });
const leaf = fc.nat(LEAVES - 1);
const seldom = fc.nat(5).map((number) => number === 5);

const declaration: fc.Arbitrary<Declaration> = fc.record({
    project,
    byId: fc.nat(2).map((number) => number === 2),
    origin,
    leaf,
    allowOverwrite: fc.nat(2).map((number) => number === 2),
    deleteBeforeReplace: fc.nat(3).map((number) => number === 3),
    get: fc.nat(11).map((number) => number === 11),
});

/** Most commands make few calls. */
const call = fc.oneof({ weight: 3, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.nat(9) });

const fault: fc.Arbitrary<PlacedFault> = fc.record({
    at: call,
    fault: fc.constantFrom(...FAULTS),
});

const command: fc.Arbitrary<Command> = fc.record({
    does: fc.constant("command" as const),
    stack,
    command: fc.oneof(
        { weight: 8, arbitrary: fc.constant("up" as const) },
        { weight: 3, arbitrary: fc.constant("refresh" as const) },
        { weight: 2, arbitrary: fc.constant("destroy" as const) },
    ),
    name,
    scope: fc.oneof(
        { weight: 8, arbitrary: fc.constant("all" as const) },
        { weight: 1, arbitrary: fc.constant("target" as const) },
        { weight: 1, arbitrary: fc.constant("exclude" as const) },
    ),
    replace: seldom,
    continueOnError: fc.nat(3).map((number) => number === 3),
    refresh: seldom,
    runProgram: seldom,
    faults: fc.oneof(
        { weight: 1, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(fault, { minLength: 1, maxLength: 3 }) },
    ),
    killAt: fc.oneof({ weight: 10, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: call }),
});

const edit: fc.Arbitrary<Edit> = fc.oneof(
    {
        weight: 3,
        arbitrary: fc.record({
            does: fc.constant("declare" as const),
            stack,
            name,
            declaration,
        }),
    },
    { weight: 1, arbitrary: fc.record({ does: fc.constant("undeclare" as const), stack: fc.constant(0), name }) },
    {
        weight: 2,
        arbitrary: fc.record({ does: fc.constant("rename" as const), stack: fc.constant(0), name, to: name }),
    },
    {
        weight: 4,
        arbitrary: fc.record({
            does: fc.constant("change" as const),
            stack: fc.constant(0),
            name,
            what: fc.constantFrom(
                ...([
                    "origin",
                    "project",
                    "byId",
                    "leaf",
                    "leaf",
                    "allowOverwrite",
                    "deleteBeforeReplace",
                    "get",
                ] as const),
            ),
        }),
    },
);

const importing: fc.Arbitrary<Import> = fc.record({
    does: fc.constant("import" as const),
    stack,
    name,
    declaration: declaration.map((of) => ({ ...of, get: false })),
});

const event: fc.Arbitrary<Event> = fc.oneof(
    {
        weight: 3,
        arbitrary: fc.record({
            does: fc.constant("upload" as const),
            project,
            origin: fc.oneof(
                { weight: 2, arbitrary: origin },
                { weight: 1, arbitrary: fc.nat(FOREIGN_ORIGINS.length - 1) },
            ),
            leaf,
        }),
    },
    { weight: 2, arbitrary: fc.record({ does: fc.constant("remove" as const), project, origin }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant("rename project" as const), project }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant("wait" as const) }) },
);

const policy: fc.Arbitrary<Policy> = fc.record({
    upload: fc.constantFrom(...UPLOAD_POLICIES),
    lagMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(2_000, 10_000) }),
    pageSize: fc.oneof(
        { weight: 3, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.constantFrom(1, 2) },
    ),
    nullOrigin: fc.nat(3).map((number) => number === 3),
    oddMissing: fc.nat(4).map((number) => number === 4),
    latencyMs: fc.constantFrom(1, 1, 300, 3_000),
});

/** A first resource and a first run, and then anything. */
export const histories: fc.Arbitrary<History> = fc
    .record({
        policy,
        first: declaration,
        steps: fc.array(
            fc.oneof(
                { weight: 10, arbitrary: command as fc.Arbitrary<Step> },
                { weight: 10, arbitrary: edit as fc.Arbitrary<Step> },
                { weight: 2, arbitrary: event as fc.Arbitrary<Step> },
                { weight: 1, arbitrary: importing as fc.Arbitrary<Step> },
            ),
            { minLength: 1, maxLength: 12, size: "max" },
        ),
    })
    .map(({ policy: of, first, steps }) => ({
        policy: of,
        steps: [
            { does: "declare" as const, stack: 0, name: 0, declaration: { ...first, get: false } },
            PLAIN_UP,
            ...steps,
        ],
    }));

export const PLAIN_UP: Command = {
    does: "command",
    stack: 0,
    command: "up",
    name: 0,
    scope: "all",
    replace: false,
    continueOnError: false,
    refresh: false,
    runProgram: false,
    faults: [],
    killAt: undefined,
};
