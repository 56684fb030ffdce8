import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cleanEnvironment, runProcess } from "../childProcess";
import type { Explored } from "./explore";

/** A fault of the operations, as somebody might make it: one place of the compiled code says something else. */
export interface Mutant {
    readonly name: string;
    /** Below `provider/`, without an ending. */
    readonly module: string;
    readonly from: string;
    readonly to: string;
}

export const MUTANTS: readonly Mutant[] = [
    {
        name: "one listing's silence is proof in a refresh",
        module: "operations/read",
        from: "const entries = await store.certificatesAgain(addressOf(state));",
        to: "const entries = first;",
    },
    {
        name: "an entry that cannot be read is nothing",
        module: "operations/listing",
        from: 'entry.certId !== "" && (entry.certId',
        to: "(entry.certId",
    },
    {
        name: "a deletion is done where Vercel says that there is nothing",
        module: "operations/cleanUp",
        from: "await confirmGone(certId, identity, context);",
        to: "",
    },
    {
        name: "a deletion is done whether or not it was answered",
        module: "operations/cleanUp",
        from: "if (!(0, errors_1.isEffectUnknown)(error) || attempt >= MOST_ATTEMPTS) {",
        to: "if ((0, errors_1.isEffectUnknown)(error)) return; else {",
    },
    {
        name: "an id is deleted wherever it is listed",
        module: "operations/cleanUp",
        from: "refuseElsewhere(certId, { ...place, listed });",
        to: "",
    },
    {
        name: "what a listing lacks is not deleted",
        module: "operations/cleanUp",
        from: "for (const certId of certIds) {",
        to: "for (const certId of certIds.filter((id) => place.listed.some((entry) => entry.certId === id))) {",
    },
    {
        name: "a clean-up that fails is forgotten",
        module: "operations/cleanUp",
        from: "return remaining;",
        to: "return [];",
    },
    {
        name: "an upload that could not be confirmed forgets what it replaces",
        module: "operations/deploy",
        from: "staleCertIds: replaced, otherCertIds: [], unconfirmed: true",
        to: "staleCertIds: [], otherCertIds: [], unconfirmed: true",
    },
    {
        name: "a rotation forgets what is in the state",
        module: "operations/update",
        from: "const owned = (0, state_1.idsOf)(state);",
        to: "const owned = [];",
    },
    {
        name: "everything at the origin is taken over",
        module: "operations/deploy",
        from: "return args.allowOverwrite\n",
        to: "return true\n",
    },
    {
        name: "a takeover goes by the id alone",
        module: "operations/deploy",
        from: "places.every((entry) => entry.origin === origin)",
        to: "true",
    },
    {
        name: "a second resource for one origin is created",
        module: "operations/create",
        from: "(0, ownership_1.refuseSecond)(before, identity, [], context);",
        to: "",
    },
    {
        name: "writes for one origin do not wait for each other",
        module: "operations/context",
        from: "Promise.allSettled(earlier).then(operation)",
        to: "operation()",
    },
    {
        name: "another project is the same one",
        module: "operations/listing",
        from: "isListed(entries, certId, isHere)) {\n        return false;",
        to: "isListed(entries, certId, isHere)) {\n        return true;",
    },
    {
        name: "a deletion removes what another resource of the run has put in place",
        module: "operations/delete",
        from: 'if (holders.some(({ identity, by }) => (0, identity_1.isNamedAlike)(identity, owner) || by === "upload over it")) {',
        to: "if (false) {",
    },
    {
        name: "a deletion goes on after a creation that failed",
        module: "operations/delete",
        from: "if (context.memory.hasFailedCreation(identity)) {",
        to: "if (false) {",
    },
    {
        name: "a takeover under an id that is in another state is silent",
        module: "operations/deploy",
        from: "if (!owned.includes(certId) && wasListed) {",
        to: "if (false) {",
    },
    {
        name: "only the first page of a listing is read",
        module: "vercel/client",
        from: "if (page.next === undefined) {",
        to: "if (true) {",
    },
];

const ROOT = resolve(__dirname, "../../../..");
const TIMEOUT_MS = 10 * 60_000;

/** Runs histories in a process of their own. */
export async function exploreApart(
    seed: number,
    runs: number,
    { root = ROOT, shrinks = true }: { readonly root?: string; readonly shrinks?: boolean } = {},
): Promise<Explored> {
    const script = join(root, "dist/tests/tools/histories.js");
    const args = [script, String(seed), String(runs), ...(shrinks ? [] : ["--no-shrinking"])];
    const options = { cwd: root, environment: cleanEnvironment(), timeoutMs: TIMEOUT_MS };
    const { stdout, stderr } = await runProcess(process.execPath, args, options);
    if (stderr !== "") {
        throw new Error(`expected the histories to run, got ${stderr}`);
    }
    return JSON.parse(stdout) as Explored;
}

/** What histories find out about a mutant, until the first one that shows it. */
export async function exploreMutant(mutant: Mutant, seed: number, runs: number): Promise<Explored> {
    const root = await mkdtemp(join(tmpdir(), "mutant-"));
    try {
        await cp(join(ROOT, "dist"), join(root, "dist"), { recursive: true });
        for (const name of ["node_modules", "tests", "package.json"]) {
            await symlink(join(ROOT, name), join(root, name));
        }
        await mutate(mutant, join(root, "dist/provider", `${mutant.module}.js`));
        return await exploreApart(seed, runs, { root, shrinks: false });
    } finally {
        await rm(root, { recursive: true, force: true });
    }
}

async function mutate({ name, from, to }: Mutant, file: string): Promise<void> {
    const parts = (await readFile(file, "utf8")).split(from);
    if (parts.length < 2) {
        throw new Error(`expected the place of the mutant in ${file}, got other code: ${name}`);
    }
    await writeFile(file, parts.join(to));
}
