// Counterpart for the web: everything a page needs to make, take and show calls.

export * from './call';
export * from './signal';
export {
  CarryError, type Carrier, type Device, LocalMedia, type LocalOptions, MediaError, type MediaErrorCode, type MediaUrls, Player,
  type PlayerOptions, type PlayerState, type PlayStats, Publisher, type PublisherOptions, type PublisherState, type PublishStats,
  type Reason, type ReasonCode,
} from './media';
