// The tabs of one browser: one of them leads, and tells the others what it hears.
//
// A room is {lead(steal), leave(), send(data), onLead(alone), onLost(), onHeard(data)}; the last three are
// set by its user. `alone`: this browser can neither lock nor tell, so every tab leads itself.

export function roomOf(name) {
  const room = { onLead() {}, onLost() {}, onHeard() {}, lead, leave, send: () => {} };
  let end = null;
  let wanted = null;
  let channel = null;
  try {
    channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => room.onHeard(data);
    room.send = (data) => channel.postMessage(data);
  } catch { /* not in this browser */ }

  function lead(steal = false) {
    const mine = wanted = {};
    if (!navigator.locks || !channel) return room.onLead(true);
    const granted = () => wanted === mine && new Promise((done) => {
      end = done;
      room.onLead(false);
    });
    navigator.locks.request(name, steal ? { steal } : {}, granted).catch(() => wanted === mine && room.onLost());
  }

  function leave() {
    wanted = null;
    end?.();
    end = null;
  }
  return room;
}
