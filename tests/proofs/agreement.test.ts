import { describeAgreement } from "../fuzz/support/agreement";

describeAgreement(5_000);
