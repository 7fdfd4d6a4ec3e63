// An agent's call at his desk.

import type { Party } from '../signal/says';
import { PartyCall, type PartyCallParts } from './party-call';

/** Where a caller is handed on to. */
export interface TransferGoal {
  /** Absent: the same desk. */
  desk?: string;
  /** The room that is asked first; absent: whoever is free. */
  room?: string;
  /** What the next agent must be able to do. */
  skills?: string[];
}

/** Plays the caller and publishes the agent's own stream, from when he has accepted. */
export class AgentCall extends PartyCall {
  constructor(parts: PartyCallParts) {
    super('callee', parts);
  }

  /** Asks for a still picture of one side; the log tells when it is there. */
  still(party: Party): Promise<void> {
    return this.say({ type: 'still', party });
  }

  /** Hands the caller on; the call is over for this agent then, with `transferred`. */
  transfer(goal: TransferGoal): Promise<void> {
    return this.say({ type: 'transfer', ...goal });
  }

  /** Pauses the recording for this reason, or lets it begin or go on; where the desk lets agents do so. */
  pauseRecording(reason: string): Promise<void> {
    return this.say({ type: 'record', on: false, reason });
  }

  beginRecording(): Promise<void> {
    return this.say({ type: 'record', on: true });
  }

  /** Begins to read one of the desk's statements, 1 is the first; both see it until it is answered or not. */
  read(number: number): Promise<void> {
    return this.say({ type: 'prompt', number });
  }

  answered(answered: boolean): Promise<void> {
    return this.say({ type: 'prompt_end', answered });
  }

  /** Keeps a note, during the call or after it; the last one counts, and customers never see it. */
  note(text: string): Promise<void> {
    return this.edge.note(this.call, text);
  }

  protected override proceed(): void {
    this.link.begin();
  }
}
