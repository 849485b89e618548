// Scan a pass with the camera, where the browser can read codes by itself; elsewhere the field is there to type in.
(() => {
  const [button, box] = [document.getElementById("scan"), document.getElementById("camera")];
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
  const [video, said] = [box.querySelector("video"), box.querySelector("p")];
  const field = document.getElementById("text");
  let stream = null;

  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    box.hidden = true;
    field.focus();
  };

  const look = async (detector) => {
    if (!stream) return;
    const found = await detector.detect(video).catch(() => []);
    if (found.length && stream) {
      field.value = found[0].rawValue;
      stop();
      document.getElementById("find").requestSubmit();
      return;
    }
    setTimeout(() => look(detector), 150);
  };

  button.hidden = false;
  button.addEventListener("click", async () => {
    box.hidden = false;
    said.textContent = "把凭证二维码对准镜头";
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      await video.play();
      look(new BarcodeDetector({ formats: ["qr_code"] }));
    } catch {
      stop();
      box.hidden = false;
      said.textContent = "摄像头打不开，请用扫码枪或手工输入";
    }
  });
  document.getElementById("stop").addEventListener("click", stop);
  document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); });
})();
