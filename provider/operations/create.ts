import type { Listing } from "../vercel/client";
import { parseKnownArguments, type Properties } from "./arguments";
import { loadBundle, loadCertificateSet } from "./certificateBundle";
import type { OperationContext } from "./context";
import { deploy } from "./deploy";
import { formatId } from "./identity";
import { atOrigin, listUntil } from "./listing";
import { refuseSecond, refuseTakeover } from "./ownership";

export interface CreateResult {
    readonly id: string;
    readonly outs: Record<string, unknown>;
}

export async function create(inputs: Properties, context: OperationContext): Promise<CreateResult> {
    const args = parseKnownArguments(inputs);
    const { project, origin, tokenEnv } = args;
    const identity = { project, team: context.teamFor(args.team), origin, tokenEnv };
    return await context.memory.exclusively(identity, async () => {
        try {
            // Without a token nobody is asked for a key.
            context.addressOf(identity);
            const bundle = await loadBundle(loadCertificateSet(args), args, context);
            // Deleted before it is replaced, a certificate may be listed for a while.
            const isSettled = (entries: Listing): boolean =>
                !atOrigin(entries, origin).some(({ certId }) => context.memory.isDeleted(certId, identity));
            const before = await listUntil(identity, isSettled, context);
            refuseSecond(before, identity, [], context);
            refuseTakeover(before, identity, args.allowOverwrite);
            const id = formatId(identity);
            return { id, outs: await deploy({ id, identity, args, bundle, before, owned: [] }, context) };
        } catch (error) {
            context.memory.noteFailedCreation(identity);
            throw error;
        }
    });
}
