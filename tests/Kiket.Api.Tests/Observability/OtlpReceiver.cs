using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;

namespace Kiket.Api.Tests.Observability;

/// <summary>
/// A collector on its own port, which reads the parts of OTLP over HTTP that tests need. ASP.NET Core would trace its own
/// requests in this process.
/// </summary>
internal sealed class OtlpReceiver : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpListener listener = new();

    public OtlpReceiver()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
        }

        listener.Prefixes.Add(Url);
        listener.Start();
        _ = TakeAllAsync();
    }

    public string Url { get; }

    public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();

    public ConcurrentQueue<ReceivedLog> Logs { get; } = new();

    /// <summary>Names of the instruments.</summary>
    public ConcurrentQueue<string> Metrics { get; } = new();

    /// <summary>Waits until something has arrived; exporters send in batches.</summary>
    public static async Task<T> ArrivalAsync<T>(IEnumerable<T> arrivals, Func<T, bool> isExpected)
        where T : class
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; await Task.Delay(50))
        {
            if (arrivals.FirstOrDefault(isExpected) is { } found)
                return found;
        }

        throw new InvalidOperationException($"It does not arrive; only these do:\n{string.Join('\n', arrivals)}");
    }

    public void Dispose() => listener.Close();

    private async Task TakeAllAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext http;
            try
            {
                http = await listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var body = new MemoryStream();
            await http.Request.InputStream.CopyToAsync(body);
            Take(http.Request.Url!.AbsolutePath, body.ToArray());
            http.Response.Close();
        }
    }

    private void Take(string path, byte[] body)
    {
        var items = At(body, 1, 2, 2); // the resource's, the scope's, and each of them
        foreach (var item in items)
        {
            switch (path)
            {
                case "/v1/traces":
                    Spans.Enqueue(new(Hex(item, 1), Hex(item, 2), Hex(item, 4), Text(item, 5), AttributesOf(item)));
                    break;
                case "/v1/metrics":
                    Metrics.Enqueue(Text(item, 1));
                    break;
                case "/v1/logs":
                    Logs.Enqueue(new(Hex(item, 9), Text(item, 5, 1), Text(item, 3)));
                    break;
            }
        }
    }

    private static Dictionary<string, string> AttributesOf(byte[] span) =>
        At(span, 9).ToDictionary(a => Text(a, 1), a => At(a, 2).Select(v => Text(v, 1) + Number(v, 3)).Single());

    private static string Hex(byte[] message, params int[] path) =>
        Convert.ToHexStringLower(At(message, path).FirstOrDefault() ?? []);

    private static string Text(byte[] message, params int[] path) =>
        Encoding.UTF8.GetString(At(message, path).FirstOrDefault() ?? []);

    private static string Number(byte[] message, int field) =>
        At(message, field).FirstOrDefault() is { } bytes ? $"{BitConverter.ToInt64(bytes)}" : "";

    /// <summary>The fields at a path of field numbers: each a message, a text or a number.</summary>
    private static IEnumerable<byte[]> At(byte[] message, params int[] path)
    {
        var found = new List<byte[]>();
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) != path[0])
                input.SkipLastField();
            else if (WireFormat.GetTagWireType(tag) is WireFormat.WireType.Varint)
                found.Add(BitConverter.GetBytes(input.ReadInt64()));
            else
                found.Add(input.ReadBytes().ToByteArray());
        }

        return path.Length == 1 ? found : found.SelectMany(inner => At(inner, path[1..]));
    }
}

/// <param name="ParentId">Empty for the first span of a trace.</param>
internal sealed record ReceivedSpan(
    string TraceId,
    string Id,
    string ParentId,
    string Name,
    IReadOnlyDictionary<string, string> Attributes
);

internal sealed record ReceivedLog(string TraceId, string Message, string Level);
