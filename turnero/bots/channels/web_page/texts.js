// What the page itself says. What the bot says comes from the server, in the language of the conversation.

const TEXTS = {
  es: {
    label: "Tu mensaje",
    placeholder: "Escribí tu mensaje",
    send: "Enviar",
    conversation: "Conversación",
    connecting: "Conectando…",
    online: "en línea",
    offline: "Sin conexión. Seguimos intentando…",
    failed: "No se pudo enviar. Tocá para reintentar",
    slower: "Vas muy rápido: esperá un momentito",
    typing: "escribiendo…",
    advance: "Adelantar 24 h",
    advanced: (now) => `Ahora es ${now}`,
    examples: ["Hola, ¿tenés algo mañana a la tarde?", "Soy Juan, quiero un turno el martes a las 10", "¿Cuánto sale?"],
  },
  pt: {
    label: "Sua mensagem",
    placeholder: "Escreva sua mensagem",
    send: "Enviar",
    conversation: "Conversa",
    connecting: "Conectando…",
    online: "online",
    offline: "Sem conexão. Tentando de novo…",
    failed: "Não foi enviada. Toque para tentar de novo",
    slower: "Rápido demais: espere um pouco",
    typing: "digitando…",
    advance: "Avançar 24 h",
    advanced: (now) => `Agora é ${now}`,
    examples: ["Oi, tem horário amanhã à tarde?", "Sou o João, quero um horário na terça às 10", "Quanto custa?"],
  },
  en: {
    label: "Your message",
    placeholder: "Write a message",
    send: "Send",
    conversation: "Conversation",
    connecting: "Connecting…",
    online: "online",
    offline: "No connection. Trying again…",
    failed: "Not sent. Tap to try again",
    slower: "That was too fast: wait a moment",
    typing: "writing…",
    advance: "Skip 24 h",
    advanced: (now) => `It is now ${now}`,
    examples: ["Hi, anything free tomorrow afternoon?", "I'm John, can I come on Tuesday at 10?", "How much is it?"],
  },
};

/** Return the language of the first of `wanted` (BCP 47) that the page speaks; Spanish if it speaks none of them. */
export function languageOf(wanted) {
  const known = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in TEXTS);
  return known ?? "es";
}

export function textsIn(language) {
  return TEXTS[language];
}
