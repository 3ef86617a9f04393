-- What an owner is told of a box is stored as a code, and put into words where it is read. NULL is told as the status alone.
UPDATE boxes SET detail = CASE
    WHEN detail LIKE 'Your agent has no Telegram bot%' OR detail LIKE 'O seu agente ainda não tem um bot%' THEN 'no_bot'
    WHEN detail LIKE 'Starting your%' OR detail LIKE 'Iniciando o%' THEN 'starting'
    WHEN detail LIKE 'Asleep;%' OR detail LIKE 'Dormindo;%' THEN 'asleep'
    WHEN detail LIKE 'Your agent goes on with its earlier%' OR detail LIKE 'O seu agente continua com as%' THEN 'settings_held_back'
    WHEN detail LIKE 'This takes longer%' OR detail LIKE 'Isto está demorando%' THEN 'takes_long'
    WHEN detail LIKE 'Something on our side%' OR detail LIKE 'Algo do nosso lado%' THEN 'fault'
    WHEN detail LIKE 'Your agent''s machine%' OR detail LIKE 'A máquina do seu%' THEN 'machine_fault'
    WHEN detail LIKE 'Your agent needs a new key%' OR detail LIKE 'O seu agente precisa de uma nova%' THEN 'new_key'
    WHEN detail LIKE 'The platform is restarting%' OR detail LIKE 'A plataforma está%' THEN 'platform_restarts'
    WHEN detail LIKE 'Your agent can''t be stopped%' OR detail LIKE 'O seu agente não pode ser parado%' THEN 'cannot_be_stopped'
    WHEN detail LIKE 'Putting your agent''s%' OR detail LIKE 'Colocando os dados%' THEN 'restoring'
    WHEN detail LIKE '%saved data couldn''t be put in place%' OR detail LIKE 'Não foi possível colocar os dados%' THEN 'not_restored'
    WHEN detail LIKE '%couldn''t be saved before an update%' OR detail LIKE '%antes de uma atualização%' THEN 'update_held_back'
    WHEN detail LIKE '%couldn''t be saved yet%' OR detail LIKE 'Ainda não foi possível%' THEN 'data_kept'
    WHEN detail LIKE 'Your agent can''t start because%' OR detail LIKE 'O seu agente não consegue iniciar%'
        THEN 'failed:configuration_refused'
    WHEN detail LIKE '%It is being restarted.' OR detail LIKE '%Está sendo reiniciado.' THEN 'restarting:vanished'
    WHEN detail LIKE '%We keep trying to bring it back.' OR detail LIKE '%Continuamos tentando colocá-lo no ar.'
        THEN 'failed:vanished'
END
WHERE detail IS NOT NULL;
