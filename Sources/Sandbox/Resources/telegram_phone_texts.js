"use strict";
/* What the phone says, in the language of the page. */
const texts = {
    en: {
        chats: "Chats", newBot: "New bot", back: "Back to the chats", bot: "bot", typing: "typing…",
        emptyTitle: "No chats yet", emptyText: "Open a link to a bot, and your chat with it will be here.",
        foot: "A stand-in phone for trying things out. Nothing here reaches Telegram.",
        about: "Press start, and the chat begins.", start: "Start", message: "Message", send: "Send", today: "Today",
        yesterday: "Yesterday", you: "You: ", created: "Bot created: ", edited: "edited", messages: "Messages",
        choices: "Answers to choose from", offline: "No connection. Trying again…", failed: "That didn’t work. Please try again.",
        missingTitle: "No such bot", missingText: "Nobody here is called ", allChats: "All chats",
        createFor: "Create a bot for yourself?", managedBy: "{manager} will set it up and look after it. You stay its owner.",
        createOwn: "A bot of your own", ownHint: "On Telegram you would do this in a chat with @BotFather.",
        name: "Name", username: "Username, ends in “bot”", create: "Create", cancel: "Cancel", done: "Your bot is ready",
        tokenHint: "This token is the key to your bot. Show it only to a service that you trust.", token: "Token",
        copy: "Copy the token", copied: "Copied", openChat: "Open the chat", use: "Take {username}",
        faults: {},
    },
    pt: {
        chats: "Conversas", newBot: "Novo bot", back: "Voltar às conversas", bot: "bot", typing: "a escrever…",
        emptyTitle: "Ainda não há conversas", emptyText: "Abra a ligação de um bot e a conversa aparece aqui.",
        foot: "Um telefone de ensaio. Nada daqui chega ao Telegram.",
        about: "Toque em começar para abrir a conversa.", start: "Começar", message: "Mensagem", send: "Enviar", today: "Hoje",
        yesterday: "Ontem", you: "Você: ", created: "Bot criado: ", edited: "editada", messages: "Mensagens",
        choices: "Respostas para escolher", offline: "Sem ligação. A tentar de novo…", failed: "Não deu certo. Tente outra vez.",
        missingTitle: "Esse bot não existe", missingText: "Aqui ninguém se chama ", allChats: "Todas as conversas",
        createFor: "Criar um bot para si?", managedBy: "{manager} prepara-o e cuida dele. O bot continua a ser seu.",
        createOwn: "Um bot só seu", ownHint: "No Telegram faria isto numa conversa com @BotFather.",
        name: "Nome", username: "Nome de usuário, termina em “bot”", create: "Criar", cancel: "Cancelar", done: "O seu bot está pronto",
        tokenHint: "Este token é a chave do seu bot. Mostre-o só a um serviço em que confia.", token: "Token",
        copy: "Copiar o token", copied: "Copiado", openChat: "Abrir a conversa", use: "Ficar com {username}",
        faults: {
            USERNAME_OCCUPIED: "Este nome de usuário já tem dono.",
            USERNAME_INVALID: "O nome de usuário tem de 5 a 32 letras, algarismos e sublinhados, começa por uma letra e termina em “bot”.",
            NAME_INVALID: "O nome tem de 1 a 64 caracteres.", BOT_CREATE_LIMIT_EXCEEDED: "Já tem 20 bots, e ninguém pode ter mais.",
            BOT_PRIVATE: "Este bot só fala com o dono.", MANAGER_INVALID: "Esse bot não gere outros bots.",
            REQUEST_INVALID: "O botão que pediu este bot já não existe.", BUTTON_INVALID: "Este botão já não existe.",
        },
    },
}[document.documentElement.lang];
const locale = document.documentElement.lang === "pt" ? "pt" : "en-GB";
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const dayName = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long" });

function dayOf(time) {
    const day = new Date(time).toDateString();
    if (day === new Date().toDateString()) return texts.today;
    if (day === new Date(Date.now() - 86400000).toDateString()) return texts.yesterday;
    return dayName.format(time);
}
