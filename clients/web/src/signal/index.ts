// The signals: HTTP and sockets of the edge.

export type * from './archive';
export type * from './desk';
export type * from './says';
export { BoardSocket, type BoardSocketEvents } from './board-socket';
export { CallSocket, type CallSocketEvents, type CallSocketOptions, type Hello, type Position, type Watching } from './call-socket';
export { clientId } from './client-id';
export { Edge, type CreatedCall } from './edge';
export { SignalError, type RefusalCode, type SignalCode } from './error';
export type { SocketState } from './kept-socket';
export type { Sent, Store } from './outbox';
export { RoomSocket, type RoomSocketEvents } from './room-socket';
