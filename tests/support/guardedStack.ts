import { expect } from "chai";
import { EngineEnvironment } from "./engineEnvironment";
import { ORIGIN } from "./testEnvironment";
import type { FakeVercelOptions } from "../vercel/fakeVercel";

/** A stack with one resource in place, whose origin must not be without a certificate from then on. */
export class GuardedStack {
    #env: EngineEnvironment | undefined;
    #gap: string | undefined;

    get env(): EngineEnvironment {
        if (this.#env === undefined) {
            throw new Error("expected a stack that was started");
        }
        return this.#env;
    }

    async start(policy: FakeVercelOptions): Promise<void> {
        this.#env = await EngineEnvironment.start(policy);
        this.#gap = undefined;
        this.env.declareOne();
        await this.env.project.up();
        this.env.fakeVercel.onEvent = (event) => {
            if (event.kind === "request" && !this.originsHeld().includes(ORIGIN)) {
                this.#gap ??= event.request.operation;
            }
        };
    }

    originsHeld(): string[] {
        return this.env.fakeVercel.certificates("prj_1").map(({ origin }) => origin);
    }

    async expectOnly(name: string): Promise<void> {
        expect(this.#gap, "the origin was without a certificate after this call").to.equal(undefined);
        const stored = await this.env.stored(name);
        expect(this.env.certIds()).to.deep.equal([stored?.outputs["certId"]]);
        expect(stored?.outputs["staleCertIds"]).to.deep.equal([]);
        await this.env.project.run(["preview", "--expect-no-changes"]);
    }

    async urn(): Promise<string> {
        return (await this.env.stored())?.urn ?? "";
    }

    async stop(): Promise<void> {
        await this.env.end();
    }
}
