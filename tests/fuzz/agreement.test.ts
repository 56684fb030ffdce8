import { describeAgreement } from "./support/agreement";

describeAgreement(300);
