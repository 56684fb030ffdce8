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

const PROJECT_WIDE = "*";

export function formatId({ project, team, origin }: Identity): string {
    const owner = team === undefined ? "" : `${team}/`;
    return `${owner}${project}/${origin ?? PROJECT_WIDE}`;
}

export function parseId(id: string): Identity {
    const originAt = id.indexOf("/https://");
    const head = originAt >= 0 ? id.slice(0, originAt) : id.endsWith(`/${PROJECT_WIDE}`) ? id.slice(0, -2) : "";
    const names = head.split("/");
    const project = names.at(-1) ?? "";
    const team = names.length === 2 ? names[0] : undefined;
    const origin = originAt >= 0 ? normaliseOrigin(id.slice(originAt + 1)) : undefined;
    const wellFormed =
        names.length <= 2 &&
        names.every((name) => nameProblem(name) === undefined) &&
        (originAt < 0 || origin !== undefined);
    if (!wellFormed) {
        throw new Error(
            `expected an id of the form [team/]project/https://host[:port], or [team/]project/* for a project-wide ` +
                `certificate, got ${quote(id)}`,
        );
    }
    return { project, team, origin };
}

/** `https://host[:port]` in the form of RFC 6454, or `undefined` where the text is no such origin. */
export function normaliseOrigin(text: string): string | undefined {
    if (/[\s\\\p{Cc}]/u.test(text) || !URL.canParse(text)) {
        return undefined;
    }
    const url = new URL(text);
    const onlyOrigin =
        url.protocol === "https:" &&
        url.pathname === "/" &&
        url.username === "" &&
        url.password === "" &&
        !text.includes("?") &&
        !text.includes("#");
    return onlyOrigin ? url.origin : undefined;
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

/** What is wrong with the name or id of a project or team; it becomes part of a path and of the resource's id. */
export function nameProblem(name: string): string | undefined {
    if (name === "") {
        return "an empty text";
    }
    if (name === "." || name === ".." || /[/\\?#%*\s\p{Cc}\p{Cf}]/u.test(name) || name.length > 256) {
        return quote(name);
    }
    return undefined;
}

const QUOTED_LENGTH = 80;

/** A user's text as part of a message: one line, no control characters, not endless. */
export function quote(text: string): string {
    const shown = text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text;
    return JSON.stringify(shown).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "�");
}
