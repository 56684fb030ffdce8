import { quote } from "../text/quoting";
import { isKeyText } from "../certificates/parse/pem";
import { parseUrl } from "../vercel/url";

/**
 * Which certificate a resource is: project, team and origin, and the id that Pulumi keeps for them.
 *
 * An id is `[team/]project/origin`, with `*` for a project-wide certificate. It holds the first names and stays as it
 * is when a project is later given by another name: Pulumi cannot change the id of a resource.
 */
export interface Identity {
    readonly project: string;
    readonly team: string | undefined;
    /** Normalised; `undefined` for a project-wide certificate. */
    readonly origin: string | undefined;
}

/** A project as it is named: the part of an identity that calls are made for. */
export type ProjectName = Pick<Identity, "project" | "team">;

/** Whose a certificate is, and which variable has the token that sees it; `undefined`: the default token. */
export interface Owner extends ProjectName {
    readonly tokenEnv: string | undefined;
}

export interface OwnedIdentity extends Identity, Owner {}

const PROJECT_WIDE = "*";

/** Throws where no id leads back: the team may come from the configuration, which `check` does not see. */
export function formatId({ project, team, origin }: Identity): string {
    const got = team === undefined ? undefined : nameProblem(team);
    if (got !== undefined) {
        throw new Error(
            `team: expected the id (team_…) or slug of a Vercel team, got ${got}; ` +
                `correct the argument team, or the one in the configuration`,
        );
    }
    const owner = team === undefined ? "" : `${team}/`;
    return `${owner}${project}/${origin ?? PROJECT_WIDE}`;
}

const ID = /^(?:([^/]*)\/)?([^/]*)\/(https:\/\/.*|\*)$/s;

export function parseId(id: string): Identity {
    const [, team, project = "", place = ""] = ID.exec(id) ?? [];
    const origin = normaliseOrigin(place);
    const isNamed = [team ?? project, project].every((name) => nameProblem(name) === undefined);
    if (!isNamed || (origin === undefined && place !== PROJECT_WIDE)) {
        throw new Error(
            `expected an id of the form [team/]project/https://host[:port], or [team/]project/* for a project-wide ` +
                `certificate, got ${quote(id)}`,
        );
    }
    return { project, team, origin };
}

const LONGEST_NAME = 256;
/** Longer than any host name (RFC 1035), even one of which every letter is escaped. */
const LONGEST_ORIGIN = 1024;
/** RFC 1035 §2.3.4, without the root's label. */
const LONGEST_HOST = 253;

/** `https://host[:port]` in the form of RFC 6454, or `undefined` where the text is no such origin. */
export function normaliseOrigin(text: string): string | undefined {
    if (text.length > LONGEST_ORIGIN || /[\s\\\p{Cc}]/u.test(text)) {
        return undefined;
    }
    const url = parseUrl(text);
    const isOnlyOrigin =
        url?.protocol === "https:" &&
        url.pathname === "/" &&
        url.username === "" &&
        url.password === "" &&
        url.hostname.length <= LONGEST_HOST &&
        !text.includes("?") &&
        !text.includes("#");
    return isOnlyOrigin ? url.origin : undefined;
}

/**
 * Whether two names may be of one project. It has a name and an id, its team a slug and an id, and a token may have a team
 * of its own; two names, or two ids, that differ are two.
 */
export function mayBeSameProject(one: ProjectName, other: ProjectName): boolean {
    const isOtherForm = (a: string, b: string, idPrefix: string): boolean =>
        a.startsWith(idPrefix) !== b.startsWith(idPrefix);
    const sameProject = one.project === other.project || isOtherForm(one.project, other.project, "prj_");
    const sameTeam =
        one.team === other.team ||
        one.team === undefined ||
        other.team === undefined ||
        isOtherForm(one.team, other.team, "team_");
    return sameProject && sameTeam;
}

/** Whether two names may be of one project, and the origins are the same. */
export function mayBeSame(one: Identity, other: Identity): boolean {
    return one.origin === other.origin && mayBeSameProject(one, other);
}

/** Whether this is one project and origin for certain: by the same texts. */
export function isNamedAlike(one: Identity, other: Identity): boolean {
    return one.origin === other.origin && one.project === other.project && one.team === other.team;
}

/** How a line on stderr names the resource: the provider process does not know its name in the program. */
export function labelOf(identity: Identity): string {
    return `${identity.project}/${identity.origin ?? PROJECT_WIDE}`;
}

/**
 * Whether an entry that Vercel lists belongs to `origin`. What Vercel returns as the origin of a project-wide
 * certificate is not documented, so anything but an https URL counts as project-wide.
 */
export function holdsOrigin(listedOrigin: string, origin: string | undefined): boolean {
    return normaliseOrigin(listedOrigin) === origin;
}

/** Whether this is where a resource is: at its origin, or at the text that Vercel answered its upload with, in whatever form. */
export function isPlacedAt(listedOrigin: string, origin: string | undefined, answered: string): boolean {
    return listedOrigin === answered || holdsOrigin(listedOrigin, origin);
}

/** Whether it is at another origin, whatever a state says of the answer to its upload. */
export function isElsewhere(listedOrigin: string, origin: string | undefined, answered: string): boolean {
    const isOrigin = normaliseOrigin(listedOrigin) !== undefined;
    return !holdsOrigin(listedOrigin, origin) && (isOrigin || listedOrigin !== answered);
}

/** What is wrong with the name or id of a project or team; it becomes part of a path and of the resource's id. */
export function nameProblem(name: string): string | undefined {
    const isWrong =
        /^\.{0,2}$|[/\\?#%*\s\p{Cc}\p{Cf}\p{Cs}]/u.test(name) || name.length > LONGEST_NAME || isKeyText(name);
    return name === "" ? "an empty text" : isWrong ? quote(name) : undefined;
}
