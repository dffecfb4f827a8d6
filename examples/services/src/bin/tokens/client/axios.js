// The same for `axios`: an interceptor that replaces a token that has ended, and sends the request again, once.

export function withTokens(api, { signedOut = () => {} } = {}) {
    let access = null;
    let refreshing = null;

    const inTurn = (task) => globalThis.navigator?.locks?.request?.("refresh", task) ?? task();

    const refresh = () =>
        (refreshing ??= inTurn(async () => {
            try {
                // `asks`: no interceptor touches it, and so a 401 of it starts nothing.
                const answer = await api.post("/token", null, { asks: true });
                access = answer.data.access_token;
            } catch (error) {
                if (error.response?.status === 401) {
                    access = null;
                    signedOut();
                }
                throw error;
            }
        }).finally(() => {
            refreshing = null;
        }));

    api.interceptors.request.use(async (config) => {
        if (config.asks) return config;
        if (access === null) await refresh();
        config.used = access;
        config.headers.Authorization = `Bearer ${access}`;
        return config;
    });

    api.interceptors.response.use(undefined, async (error) => {
        const { config, response } = error;
        // Never on a 403, nor without an answer, nor a second time.
        if (response?.status !== 401 || config.asks || config.isSecond) throw error;
        if (access === config.used) await refresh();
        return api.request({ ...config, isSecond: true });
    });

    return {
        async signIn(name, password) {
            access = (await api.post("/login", { name, password }, { asks: true })).data.access_token;
        },
        async signOut() {
            access = null;
            await api.post("/logout", null, { asks: true });
        },
    };
}
