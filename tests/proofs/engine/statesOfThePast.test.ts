import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { PastStack, type PastResource } from "../../support/pastStack";
import { nameOf, recordedStates } from "../../support/recordedStates";
import { findLeaks } from "../../support/stateLeaks";
import type { ResourceState } from "../../support/stack";

const FINGERPRINT = /^v1:[0-9a-f]{64}$/;

type ByName<T> = Readonly<Record<string, T>>;

/** By name, those that wait for their deletion left out: their successors have the same names. */
function byName<T>(stored: readonly ResourceState[], pick: (resource: ResourceState) => T): ByName<T> {
    return Object.fromEntries(stored.filter((one) => one.delete !== true).map((one) => [nameOf(one), pick(one)]));
}

function outputsOf(stored: readonly ResourceState[], of: readonly PastResource[]): ByName<Record<string, unknown>> {
    const names = new Set(of.map(({ name }) => name));
    return byName(
        stored.filter((one) => names.has(nameOf(one))),
        ({ outputs }) => outputs,
    );
}

/** As the fake Vercel API's side of the env names them. */
function placesOf(stored: readonly ResourceState[]): readonly string[] {
    return stored
        .filter(({ external }) => external !== true)
        .map(({ outputs }) => `${String(outputs["project"])}/${String(outputs["certId"])}`);
}

for (const state of recordedStates()) {
    describe(`a state that ${state.version} wrote, on the real CLI`, function () {
        // The first run may have to build or download the CLI.
        this.timeout(25 * 60_000);

        let past: PastStack;
        const open = async (): Promise<PastStack> => {
            past = await PastStack.open(state);
            return past;
        };
        afterEach(async () => {
            try {
                past.env.verify();
            } finally {
                await past.env.stop();
            }
        });

        it("plans nothing, uploads nothing and keeps every output, without the keys and long after the expiry", async () => {
            const { env, decrypted, resources } = await open();
            expect(findLeaks(decrypted)).to.deep.equal([]);
            const waiting = new Set(past.in("waiting for deletion").map(({ urn }) => urn));
            // A target names the predecessor that waits for its deletion as well, and that one is to change.
            const settled = past.in("settled").filter(({ urn }) => !waiting.has(urn));
            const targets = settled.flatMap(({ urn }) => ["--target", urn]);
            const before = resources.map(({ recorded }) => recorded);
            const outputs = outputsOf(before, settled);
            expect(Object.keys(outputs)).to.have.lengthOf.above(1);
            past.declare();

            await env.project.run(["preview", "--expect-no-changes", ...targets]);
            const { output } = await env.up(targets);
            const expired = Object.values(outputs)
                .map(({ notAfter }) => Date.parse(String(notAfter)))
                .filter((notAfter) => notAfter < Date.now());
            const warned = [...output.matchAll(/" expired [^(]* ago \((\S+?)\)/g)].map(([, on = ""]) => Date.parse(on));
            expect(new Set(warned)).to.deep.equal(new Set(expired));
            expect(outputsOf(await past.stored(), settled)).to.deep.equal(outputs);

            await env.project.refresh();
            await env.project.run(["preview", "--expect-no-changes", ...targets]);
            const refreshed = await past.stored();
            const recorded = byName(before, ({ outputs: all }) => all);
            const now = byName(refreshed, ({ outputs: all }) => all);
            const { otherCertIds } = now["emptied"] ?? {};
            expect(otherCertIds).to.have.lengthOf(1);
            expect(now).to.deep.equal({
                ...recorded,
                // A lookup has every output; a refresh says what it sees instead of a certificate that is gone.
                "looked-up": { ...recorded["looked-up"], otherCertIds: [], expiries: [] },
                emptied: { ...recorded["emptied"], certId: "", otherCertIds },
            });
            expect(byName(refreshed, ({ id }) => id)).to.deep.equal(byName(before, ({ id }) => id));
            expect(env.writes()).to.deep.equal([]);
        });

        it("mends what its last run left undone, rotates every certificate in place, and destroys all but others'", async () => {
            const { env, resources } = await open();
            const ids = byName(
                resources.map(({ recorded }) => recorded),
                ({ id }) => id,
            );
            const broken = past.in("emptied by a refresh", "partially created", "imported");
            const intact = past.in("settled");
            const fresh = await env.mint();
            past.declare((one) => (broken.includes(one) ? fresh : undefined));
            await env.project.refresh();
            await env.up();
            const mended = await past.stored();
            expect(byName(mended, ({ id }) => id)).to.deep.equal(ids);
            expect(mended.filter((one) => one.delete === true)).to.deep.equal([]);
            expect(mended.flatMap(({ initErrors }) => initErrors ?? [])).to.deep.equal([]);
            expect(mended.flatMap(({ outputs }) => outputs["staleCertIds"])).to.deep.equal([]);
            for (const { fingerprint } of Object.values(outputsOf(mended, broken))) {
                expect(fingerprint).to.match(FINGERPRINT);
            }
            const untouched = intact.map(({ recorded }) => recorded);
            expect(outputsOf(mended, intact)).to.deep.equal(outputsOf(untouched, intact));
            expect(env.writes().filter((operation) => operation === "upload")).to.have.lengthOf(broken.length);
            expect(env.inPlace()).to.have.members([...placesOf(mended), ...past.foreign]);
            await env.project.run(["preview", "--expect-no-changes"]);
            env.verify();

            const next = await env.mint();
            past.declare(() => next);
            await env.up();
            const rotated = await past.stored();
            expect(byName(rotated, ({ id }) => id)).to.deep.equal(ids);
            const fingerprints = Object.values(outputsOf(rotated, past.managed)).map(({ fingerprint }) => fingerprint);
            expect(fingerprints).to.have.lengthOf(past.managed.length);
            expect(new Set(fingerprints)).to.have.lengthOf(1);
            expect(placesOf(rotated).filter((place) => placesOf(mended).includes(place))).to.deep.equal([]);
            expect(env.inPlace()).to.have.members([...placesOf(rotated), ...past.foreign]);
            env.verify();

            await env.destroy();
            expect(await past.stored()).to.deep.equal([]);
            expect(env.inPlace()).to.have.members(past.foreign);
        });

        it("destroys all but others' certificates straight away", async () => {
            const { env } = await open();
            await env.destroy();
            expect(await past.stored()).to.deep.equal([]);
            expect(env.inPlace()).to.have.members(past.foreign);
        });
    });
}
