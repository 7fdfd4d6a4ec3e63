// Calls: signals and media together.

export { AgentCall, type TransferGoal } from './agent-call';
export { AgentRoom, type AgentRoomEvents } from './agent-room';
export { type CallState, type Pause, type Side } from './call-state';
export { CustomerCall, type CustomerCallParts, type DeskCallWish, type KnownCall } from './customer-call';
export { PartyCall, type PartyCallEvents, type PartyCallParts } from './party-call';
export { WatchedCall, type WatchedCallEvents } from './watched-call';
export { HOLD, QualityMeter, THRESHOLDS } from './quality';
