import { createRequire } from "node:module";

const load = createRequire(__filename);

type Judge = (...args: never[]) => unknown;
interface Public {
    readonly certPem: string;
    readonly caPem: string;
}

/**
 * Histories have a handful of certificates, and what is true of those stays so: each is judged once. A handshake takes
 * longer than everything else that a history does.
 */
function once(module: string, name: string, keyOf: (args: readonly never[]) => string): void {
    const exported = load(module) as Record<string, Judge | undefined>;
    const judge = exported[name];
    if (judge === undefined) {
        throw new Error(`expected ${module} to export ${name}`);
    }
    const known = new Map<string, unknown>();
    exported[name] = (...args) => {
        const key = keyOf(args);
        if (!known.has(key)) {
            known.set(key, judge(...args));
        }
        return known.get(key);
    };
}

let isDone = false;

/** From now on, and for all of this process. */
export function judgeCertificatesOnce(): void {
    if (isDone) {
        return;
    }
    isDone = true;
    once("../../../provider/certificates/chain/chainVerdict", "judgeChain", ([material, key]) => {
        const { certPem, caPem } = material as unknown as Public;
        return JSON.stringify([certPem, caPem, (key as unknown as { readonly pem: string }).pem]);
    });
    once("../../../provider/certificates/parse/privateKey", "readPrivateKey", (args) => JSON.stringify(args));
    once("../../../provider/certificates/certificates", "readCertificateSet", (args) => JSON.stringify(args));
    once("../../../provider/certificates/certificates", "judgeCertificateSet", ([material]) => {
        const { certPem, caPem } = material as unknown as Public;
        return JSON.stringify([certPem, caPem]);
    });
}
