import { expect } from "chai";
import { EngineWorld } from "./engineWorld";
import { ORIGIN } from "./world";
import type { StandInOptions } from "../vercel/standIn";

/** A stack with one resource in place, whose origin must not be without a certificate from then on. */
export class GuardedStack {
    #world: EngineWorld | undefined;
    #gap: string | undefined;

    get world(): EngineWorld {
        if (this.#world === undefined) {
            throw new Error("expected a stack that was started");
        }
        return this.#world;
    }

    async start(policy: StandInOptions): Promise<void> {
        this.#world = await EngineWorld.start(policy);
        this.#gap = undefined;
        this.world.declareOne();
        await this.world.project.up();
        this.world.standIn.onEvent = (event) => {
            if (event.kind === "request" && !this.originsHeld().includes(ORIGIN)) {
                this.#gap ??= event.request.operation;
            }
        };
    }

    originsHeld(): string[] {
        return this.world.standIn.certificates("prj_1").map(({ origin }) => origin);
    }

    async expectOnly(name: string): Promise<void> {
        expect(this.#gap, "the origin was without a certificate after this call").to.equal(undefined);
        const stored = await this.world.stored(name);
        expect(this.world.certIds()).to.deep.equal([stored?.outputs["certId"]]);
        expect(stored?.outputs["staleCertIds"]).to.deep.equal([]);
        await this.world.project.run(["preview", "--expect-no-changes"]);
    }

    async urn(): Promise<string> {
        return (await this.world.stored())?.urn ?? "";
    }

    async stop(): Promise<void> {
        try {
            this.world.verify();
        } finally {
            await this.world.stop();
        }
    }
}
