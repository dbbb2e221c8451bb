using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Kiket.Api.Tests.Infrastructure;

/// <summary>A browser without scripts: it keeps cookies, follows redirects on this server, and fills in forms.</summary>
internal sealed partial class Browser(Uri address)
{
    public const string Password = "correct horse battery";

    private static int browsers;

    public HttpClient Client { get; } =
        new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                ConnectCallback = ConnectFromOwnAddress(Interlocked.Increment(ref browsers)),
            }
        )
        {
            BaseAddress = address,
            DefaultRequestHeaders = { { "Accept", "text/html" } },
        };

    public Browser(KiketServer server)
        : this(server.Address) { }

    /// <param name="Location">The address of another server to which the answer redirects, or empty.</param>
    public sealed record Page(HttpStatusCode Status, string Text, string Location, string Csp);

    /// <summary>Signs in with the form of a page, and returns the next page.</summary>
    public Task<Page> SignInAsync(Page page, string email, string password = Password) =>
        SubmitAsync(page, ("email", email), ("password", password));

    public async Task<Page> SignInAsync(string email, string password = Password) =>
        await SignInAsync(await GetPageAsync("/sign-in"), email, password);

    /// <summary>Sets a password by a link, and returns the next page.</summary>
    public async Task<Page> SetPasswordAsync(string link, string password = Password) =>
        await SubmitAsync(await GetPageAsync(new Uri(link).PathAndQuery), ("password", password), ("again", password));

    public Task<Page> GetPageAsync(string path) => FollowAsync(Client.GetAsync(path));

    public Task<Page> PostAsync(string path, IEnumerable<KeyValuePair<string, string>> fields) =>
        FollowAsync(Client.PostAsync(path, new FormUrlEncodedContent(fields)));

    /// <summary>Sends the first form of a page.</summary>
    public Task<Page> SubmitAsync(Page page, params (string Name, string Value)[] fields) =>
        SubmitAsync(FormsOf(page)[0], fields);

    /// <summary>Sends the form of a page that leads to a path.</summary>
    public Task<Page> SubmitAsync(Page page, string path, params (string Name, string Value)[] fields) =>
        SubmitAsync(FormsOf(page).Single(form => form.Action == path), fields);

    /// <summary>The hidden fields of the first form of a page.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> HiddenFieldsOf(Page page) => FormsOf(page)[0].Hidden;

    /// <summary>Each browser has an address of its own, because an address can only try to sign in so often.</summary>
    private static Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> ConnectFromOwnAddress(int number) =>
        async (context, ct) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(number / 250), (byte)((number % 250) + 1)]), 0));
                await socket.ConnectAsync(context.DnsEndPoint, ct);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        };

    private Task<Page> SubmitAsync(Form form, (string Name, string Value)[] fields) =>
        PostAsync(form.Action, [.. form.Hidden, .. fields.Select(f => KeyValuePair.Create(f.Name, f.Value))]);

    private static IReadOnlyList<Form> FormsOf(Page page) =>
        [
            .. PostForm()
                .Matches(page.Text)
                .Select(form => new Form(
                    WebUtility.HtmlDecode(form.Groups["action"].Value),
                    [
                        .. Hidden()
                            .Matches(form.Value)
                            .Select(field =>
                                KeyValuePair.Create(
                                    WebUtility.HtmlDecode(field.Groups["name"].Value),
                                    WebUtility.HtmlDecode(field.Groups["value"].Value)
                                )
                            ),
                    ]
                )),
        ];

    private sealed record Form(string Action, IReadOnlyList<KeyValuePair<string, string>> Hidden);

    private async Task<Page> FollowAsync(Task<HttpResponseMessage> sent)
    {
        var response = await sent;
        if (response.Headers.Location is { } location)
        {
            var target = new Uri(address, location);
            return target.Authority == address.Authority
                ? await GetPageAsync(target.PathAndQuery)
                : new(response.StatusCode, "", target.ToString(), "");
        }

        var csp = response.Headers.TryGetValues("Content-Security-Policy", out var found) ? found.Single() : "";
        return new(response.StatusCode, await response.Content.ReadAsStringAsync(), "", csp);
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\" ?/?>")]
    private static partial Regex Hidden();

    [GeneratedRegex("<form method=\"post\" action=\"(?<action>[^\"]*)\".*?</form>", RegexOptions.Singleline)]
    private static partial Regex PostForm();
}
