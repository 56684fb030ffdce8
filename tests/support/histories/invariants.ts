import { normaliseOrigin } from "../../../provider/operations/identity";
import type { Entry } from "./modelEngine";
import { idsIn, type Removal, type Stack, type TestEnvironment, type Watched } from "./historyEnvironment";

/** What must not happen, has happened. */
export class Violation extends Error {
    constructor(
        readonly invariant: string,
        what: string,
    ) {
        super(`${invariant}: ${what}`);
        this.name = "Violation";
    }
}

/** How far apart the two listings of a refresh are at least. */
const SECOND_LOOK_MS = 15_000;

/** Nothing is deleted that is not ours, nor anything that is listed for another origin. */
export function judgeRemoval({ by, project, removed, left, seen }: Removal): void {
    const [one] = removed;
    const certId = one?.certId ?? "";
    const isHere = (listing: { readonly project: number }): boolean => listing.project === project;
    const shown =
        by.listings
            .slice(0, seen)
            .filter(isHere)
            .at(-1)
            ?.entries.filter((entry) => entry.certId === certId) ?? [];
    const whose = `${certId} was deleted by ${by.kind} ${by.name}`;
    const listingsBefore = by.listingsBefore ?? by.listings.length;
    const before = by.listings.slice(0, listingsBefore).filter(isHere).at(-1)?.entries ?? [];
    // Where the answer was lost, a listing has told what the upload has become.
    const [next] = by.listings.slice(listingsBefore).filter(isHere);
    const found = next?.entries.find(
        (entry) =>
            entry.certId !== "" &&
            normaliseOrigin(entry.origin) === by.origin &&
            before.every((other) => other.certId !== entry.certId),
    );
    const answer = by.uploaded.at(-1) ?? (by.isAmbiguous ? found : undefined);
    const isOwn = by.owned.includes(certId) || by.uploaded.some((entry) => entry.certId === certId);
    if (isOwn || (by.isAmbiguous && before.every((entry) => entry.certId !== certId))) {
        if (shown.some(({ origin }) => normaliseOrigin(origin) !== by.origin)) {
            throw new Violation("foreign", `${whose}, and was listed for another origin`);
        }
    } else if (by.inputs?.["allowOverwrite"] !== true || answer === undefined) {
        throw new Violation("foreign", `${whose}, which did not upload it`);
    } else if (
        before.every((entry) => entry.certId !== certId) ||
        shown.some(({ origin }) => origin !== answer.origin)
    ) {
        throw new Violation("foreign", `${whose}, which must not take it over`);
    }
    if (by.kind === "delete" && by.followsFailure) {
        throw new Violation("gap", `${whose}, although the creation of its replacement has failed`);
    }
    const isHeld = left.some(({ origin }) => normaliseOrigin(origin) === by.origin);
    if (by.kind !== "delete" && !isHeld && removed.some(({ origin }) => normaliseOrigin(origin) === by.origin)) {
        throw new Violation("gap", `${whose}, and nothing is left at the origin`);
    }
}

/** The ids of a stack, each as `project certId`. */
export function keysOf(env: TestEnvironment, entries: readonly Entry[]): ReadonlySet<string> {
    return new Set(
        entries
            // What waits for its replacement was deleted when it began to wait.
            .filter(({ external, pendingReplacement }) => !external && !pendingReplacement)
            .flatMap(({ outputs }) =>
                idsIn(outputs).map((certId) => `${String(env.projectOf(outputs["project"]))} ${certId}`),
            ),
    );
}

/** An id that Vercel gave leaves a stack only after its deletion was answered, or after two listings that lack it. */
export function judgeForgotten(
    env: TestEnvironment,
    { state }: Stack,
    before: readonly Entry[],
    lookedUp: readonly { readonly name: string; readonly getId: string }[],
): void {
    if (env.isIndistinct) {
        return;
    }
    // What is declared as `.get` from now on is left to whoever it belongs to.
    const relinquished = before.filter(({ name, id }) =>
        lookedUp.some((looked) => looked.name === name && looked.getId === id),
    );
    const uploaded = env.operations
        .filter(({ ended }) => ended !== "no")
        .flatMap(({ uploaded: entries, project }) => entries.map(({ certId }) => `${String(project)} ${certId}`));
    const after = keysOf(env, state.entries);
    const exempt = keysOf(env, relinquished);
    // What a killed process or an upload without an answer brings back under an id that was deleted, nobody hears of.
    const isUnheard = env.isDead || env.operations.some(({ isAmbiguous }) => isAmbiguous);
    const wasDeleted = (key: string): boolean => env.gone.has(key) || (isUnheard && env.deleted.has(key));
    for (const key of new Set([...keysOf(env, before), ...uploaded])) {
        if (!after.has(key) && !exempt.has(key) && !wasDeleted(key) && !isListedGone(env, key)) {
            throw new Violation("forgotten", `${key} has left the state`);
        }
    }
}

function isListedGone(env: TestEnvironment, key: string): boolean {
    const readers = env.operations.filter(
        ({ kind, owned }) => kind === "read" && owned.includes(key.split(" ")[1] ?? ""),
    );
    return readers.some(({ listings, origin }) => {
        const lacking = listings.filter(({ isComplete, entries, project }) => {
            const [of, certId] = key.split(" ");
            const isThere = entries.some(
                (entry) => entry.certId === certId && normaliseOrigin(entry.origin) === origin,
            );
            return of === String(project) && isComplete && !isThere;
        });
        const times = lacking.map(({ endedAt }) => endedAt);
        return Math.max(...times) - Math.min(...times) >= SECOND_LOOK_MS;
    });
}

/** Two resources for one project and origin are refused, however they name it. */
export function judgeTwins({ operations, policy }: TestEnvironment): void {
    const created = operations.filter(({ kind, ended }) => kind === "create" && ended === "well");
    const places = created.map(({ project, origin }) => `${String(project)} ${origin ?? "*"}`);
    const twin = places.find((place, index) => places.indexOf(place) < index);
    // Where listings lag, nothing tells for certain that a name and an id are of one project.
    if (twin !== undefined && policy.lagMs === 0) {
        throw new Violation("twins", `two resources were created for ${twin} in one run`);
    }
}

/** Whoever takes over an id that is in another resource's state says what that means for the other. */
export function judgeTakeovers(env: TestEnvironment, before: readonly Entry[], said: string): void {
    const others = (operation: Watched): ReadonlySet<string> =>
        keysOf(
            env,
            before.filter(({ name }) => name !== operation.name),
        );
    for (const operation of env.operations.filter(({ kind, ended }) => kind === "create" && ended === "well")) {
        const before = operation.listings.slice(0, operation.listingsBefore).at(-1)?.entries ?? [];
        const wasListed = (certId: string): boolean => before.some((entry) => entry.certId === certId);
        const silent = operation.uploaded.find(
            ({ certId }) =>
                wasListed(certId) &&
                others(operation).has(`${String(operation.project)} ${certId}`) &&
                !said.includes(`kept the id ${certId}`),
        );
        if (operation.uploaded.some(({ certId }) => wasListed(certId))) {
            // The user was told; what the other one has in its state is no longer what is in place, if the id stays.
            env.noteUncertain(operation);
        }
        if (silent !== undefined) {
            throw new Violation("silent", `${operation.name} has taken over ${silent.certId} without a word`);
        }
    }
}
