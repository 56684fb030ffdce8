import type { X509Certificate } from "node:crypto";
import { DIRECTORY_NAME, fieldsOf } from "../parse/certificateFields";
import { readElement, readElements, type DerElement } from "../parse/der";
import { comparableName, describeLevels, textsOf } from "../parse/distinguishedName";
import { shown } from "../../text/quoting";

const [EMAIL, DNS, URI, ADDRESS] = [0x81, 0x82, 0x86, 0x87];
const KINDS: Readonly<Record<number, string>> = {
    [EMAIL]: "email",
    [DNS]: "DNS",
    [URI]: "URI",
    [ADDRESS]: "IP",
    [DIRECTORY_NAME]: "directory name",
};
const [PERMITTED, EXCLUDED] = [0xa0, 0xa1];
const COMMON_NAME = "2.5.4.3";
const EMAIL_ADDRESS = "1.2.840.113549.1.9.1";
const SHOWN_SUBTREES = 3;
/** Names times subtrees; OpenSSL has a bound of its own. */
const MOST_COMPARISONS = 1 << 16;

/**
 * The first name of a certificate that the constraints of an authority above it rule out, as OpenSSL reads RFC 5280
 * §4.2.1.10; in the words of a message, as the name and "permit only DNS:.example.com".
 */
export function violationOf(certificate: X509Certificate, authority: X509Certificate, isLeaf: boolean) {
    const { nameConstraints } = fieldsOf(authority);
    const lists = nameConstraints === undefined ? [] : readElements(nameConstraints.content);
    const basesOf = (wanted: number): readonly GeneralName[] =>
        lists.filter(({ tag }) => tag === wanted).flatMap(({ content }) => readElements(content).flatMap(baseOf));
    const [permitted, excluded] = [basesOf(PERMITTED), basesOf(EXCLUDED)];
    const subtrees = permitted.length + excluded.length;
    if (subtrees === 0) {
        return undefined;
    }
    const names = namesOf(certificate, isLeaf);
    if (names.length * subtrees > MOST_COMPARISONS) {
        return { name: `${String(names.length)} names`, constraint: `have ${String(subtrees)} subtrees` };
    }
    for (const name of names) {
        const ofKind = permitted.filter(({ tag }) => tag === name.tag);
        if (ofKind.length > 0 && !ofKind.some((base) => isWithin(name, base))) {
            const bases = ofKind.slice(0, SHOWN_SUBTREES).map(describe).join(", ");
            return {
                name: describe(name),
                constraint: `permit only ${bases}${ofKind.length > SHOWN_SUBTREES ? ", …" : ""}`,
            };
        }
        const base = excluded.find(
            (one) => one.tag === name.tag && (KINDS[name.tag] === undefined || isWithin(name, one)),
        );
        if (base !== undefined) {
            return { name: describe(name), constraint: `exclude ${describe(base)}` };
        }
    }
    return undefined;
}

type GeneralName = Pick<DerElement, "tag" | "content">;

function baseOf(subtree: DerElement): readonly GeneralName[] {
    return readElements(subtree.content).slice(0, 1).map(unwrap);
}

/** A directory name is tagged explicitly: its levels lie one deeper. */
function unwrap({ tag, content }: DerElement): GeneralName {
    return { tag, content: tag === DIRECTORY_NAME ? (readElement(content)?.content ?? content) : content };
}

function namesOf(certificate: X509Certificate, isLeaf: boolean): readonly GeneralName[] {
    const { subject, alternativeNames } = fieldsOf(certificate);
    const text = (tag: number, texts: readonly string[]): readonly GeneralName[] =>
        texts.map((one) => ({ tag, content: Buffer.from(one) }));
    const hasDns = alternativeNames.some(({ tag }) => tag === DNS);
    return [
        ...(subject.length === 0 ? [] : [{ tag: DIRECTORY_NAME, content: subject }]),
        ...text(EMAIL, textsOf(subject, EMAIL_ADDRESS)),
        ...alternativeNames.map(unwrap),
        // Without a DNS name, what looks like one in the common name is taken for it.
        ...(isLeaf && !hasDns ? text(DNS, textsOf(subject, COMMON_NAME).filter(isDnsName)) : []),
    ];
}

function isDnsName(text: string): boolean {
    return text.includes(".") && text.split(".").every((label) => /^\w([\w-]*\w)?$/.test(label));
}

/** Kinds that OpenSSL cannot compare are within nothing that is permitted. */
function isWithin({ tag, content }: GeneralName, base: GeneralName): boolean {
    const name = content.toString("latin1").toLowerCase();
    const limit = base.content.toString("latin1").toLowerCase();
    switch (tag) {
        case DIRECTORY_NAME: {
            const levels = comparableName(content);
            return comparableName(base.content).every((level, index) => level === levels[index]);
        }
        case DNS:
            return limit === "" || name === limit || name.endsWith(limit.startsWith(".") ? limit : `.${limit}`);
        case EMAIL:
            // A whole address is one mailbox, of which the part before the @ has a case.
            return /.@/.test(limit)
                ? name === limit && mailboxOf(content) === mailboxOf(base.content)
                : isHostWithin(name.slice(name.lastIndexOf("@") + 1), limit.replace(/^@/, ""));
        case URI:
            return isHostWithin(/^[^:]*:\/\/([^:/]*)/.exec(name)?.[1] ?? "", limit);
        case ADDRESS:
            return isAddressWithin(content, base.content);
        default:
            return false;
    }
}

function mailboxOf(address: Buffer): string {
    return address.toString("latin1").replace(/@[^@]*$/, "");
}

function isHostWithin(host: string, limit: string): boolean {
    return limit.startsWith(".") ? host.length > limit.length && host.endsWith(limit) : host === limit;
}

/** An address and its mask, one after the other. */
function isAddressWithin(address: Buffer, range: Buffer): boolean {
    const half = address.length;
    return (
        range.length === 2 * half &&
        address.every((byte, index) => ((byte ^ (range[index] ?? 0)) & (range[half + index] ?? 0)) === 0)
    );
}

function describe({ tag, content }: GeneralName): string {
    const text =
        tag === DIRECTORY_NAME
            ? (describeLevels(content) ?? "")
            : tag === ADDRESS
              ? describeAddress(content)
              : shown(content.toString("latin1"));
    return `${KINDS[tag] ?? "a name of another kind"}:${text}`;
}

/** Four bytes, or four with four of a mask, in the usual form; longer ones in hexadecimal. */
function describeAddress(bytes: Buffer): string {
    const dotted = (part: Buffer): string => [...part].join(".");
    return bytes.length === 4
        ? dotted(bytes)
        : bytes.length === 8
          ? `${dotted(bytes.subarray(0, 4))}/${dotted(bytes.subarray(4))}`
          : bytes.toString("hex");
}
