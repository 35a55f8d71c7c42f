// The one sound of desk and chat: two soft notes; browsers allow sound once the person has touched the page.
let audio = null;

export async function chime() {
  if (!navigator.userActivation?.hasBeenActive) return;
  try {
    audio ??= new AudioContext();
    await audio.resume();
    [784, 988].forEach((pitch, note) => {
      const tone = new OscillatorNode(audio, { frequency: pitch });
      const volume = new GainNode(audio, { gain: 0 });
      const at = audio.currentTime + 0.11 * note;
      volume.gain.linearRampToValueAtTime(0.05, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.28);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.3);
    });
  } catch { /* no sound device */ }
}
