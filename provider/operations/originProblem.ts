import { parseUrl } from "../vercel/url";
import type { Description } from "./describeValue";
import { normaliseOrigin } from "./identity";
import { quote } from "../text/quoting";

/** RFC 1035 §2.3.4; with the underscore that hosts have all the same, and the asterisk, of which Vercel may make something. */
const LABEL = /^(?!-)[a-z0-9_*-]{1,63}(?<!-)$/;

/** The origin that a text is, if a server may be there. */
export function callableOrigin(text: string): string | undefined {
    const origin = /^https:\/\/[^/]/i.test(text) ? normaliseOrigin(text) : undefined;
    const { hostname, port } = parseUrl(origin ?? "") ?? {};
    const isHost =
        hostname?.startsWith("[") ||
        hostname
            ?.replace(/\.$/, "")
            .split(".")
            .every((label) => LABEL.test(label));
    return isHost && port !== "0" ? origin : undefined;
}

/** What is wrong with a text that is no origin, and how to write the origin that is probably meant. */
export function originProblem(text: string): Description {
    if (text === "" || text === "*") {
        const got = text === "" ? "an empty text" : quote(text);
        return { got, fix: "leave origin out for a certificate of the whole project" };
    }
    if (text.includes("@")) {
        return { got: quote(withoutCredentials(text)), fix: "leave user and password out" };
    }
    const shown = quote(text.replace(/[?#].*$/s, "…"));
    const trimmed = text.trim();
    if (trimmed !== text && callableOrigin(trimmed) !== undefined) {
        return { got: `${shown}, with blanks or line breaks around it`, fix: write(trimmed) };
    }
    if (!/^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(text)) {
        const meant = callableOrigin(`https://${text.replace(/^(?:https?:?)?\/*/i, "")}`);
        return {
            got: /^https:\//i.test(text) ? shown : `${shown}, without https://`,
            ...(meant === undefined ? {} : { fix: write(meant) }),
        };
    }
    if (/:\/\/[^/?#]*:\/\//.test(text)) {
        return { got: shown, fix: "give one origin, with https:// once" };
    }
    const url = parseUrl(text);
    if (url !== undefined && url.protocol !== "https:") {
        const meant = callableOrigin(`https://${url.hostname}`);
        const got = `${shown}; a client certificate is presented in TLS only`;
        return { got, fix: meant === undefined ? "begin it with https://" : write(meant) };
    }
    const meant = url === undefined ? undefined : callableOrigin(url.origin);
    if (url !== undefined && meant === undefined) {
        return { got: `${shown}, where no server can be`, fix: "correct the host or the port" };
    }
    return { got: shown, ...(meant === undefined ? {} : { fix: `leave path and query out: ${write(meant)}` }) };
}

function write(origin: string): string {
    return `write ${quote(origin)}`;
}

/** What stands before an @ may be a password, also where slashes are missing or lines broken; so only the scheme stays. */
function withoutCredentials(text: string): string {
    const [scheme = ""] = /^https?:\/{0,2}/i.exec(text) ?? [];
    return `${scheme}…@…`;
}
