using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Http;

/// <summary>Compressed request bodies.</summary>
public sealed class EncodingTests(KiketServer server)
{
    private const string Projects = "/api/v1/projects";

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZip")]
    [InlineData("x-gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("identity")]
    public async Task A_compressed_body_is_read(string encoding)
    {
        var tenant = await server.NewTenantAsync();

        var project = await SendAsync(
                tenant,
                Encode(encoding, """{"project": {"name": "Büro", "project_key": "BU"}}"""),
                encoding
            )
            .CreatedAsync();

        Assert.Equal("Büro", (string?)project["name"]);
    }

    [Fact]
    public async Task A_compressed_body_is_read_by_every_kind_of_reader_and_with_an_idempotency_key()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var workflow = Encode("gzip", JsonSerializer.Serialize(new { workflow = new { yaml = "workflow: default" } }));
        var issue = Encode("br", """{"project_key": "LEGAL", "issue": {"title": "Once"}}""");

        await SendAsync(tenant, workflow, "gzip", "/api/v1/workflows/validate?project=LEGAL").OkAsync();
        var first = await SendAsync(tenant, issue, "br", "/api/v1/issues", "once").CreatedAsync();
        var second = await SendAsync(tenant, issue, "br", "/api/v1/issues", "once").CreatedAsync();

        Assert.Equal((long)first["id"]!, (long)second["id"]!);
    }

    [Theory]
    [InlineData("compress")]
    [InlineData("zstd")]
    [InlineData("gzip, br")]
    [InlineData("gzip, gzip")]
    public async Task An_encoding_that_is_not_known_is_refused_with_those_that_are(string encoding)
    {
        var tenant = await server.NewTenantAsync();

        var sent = SendAsync(tenant, "{}"u8.ToArray(), encoding);

        await sent.RefusedAsync(415, "UNSUPPORTED_MEDIA_TYPE");
        Assert.Equal("gzip, deflate, br", string.Join(", ", (await sent).Headers.NonValidated["Accept-Encoding"]));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task A_body_that_is_not_what_its_encoding_says_is_refused(string encoding)
    {
        var tenant = await server.NewTenantAsync();
        var whole = Encode(encoding, """{"project": {"name": "Half", "project_key": "HALF"}}""");

        foreach (
            var body in new[] { Encoding.UTF8.GetBytes("""{"project": {"name": "Plain"}}"""), whole[..(whole.Length / 2)], [] }
        )
        {
            foreach (var path in new[] { Projects, "/api/v1/workflows/validate", "/api/v1/extensions" })
            {
                var response = await SendAsync(tenant, body, encoding, path);
                Assert.True(
                    (int)response.StatusCode == 400,
                    $"{path}, {body.Length} bytes: {response.StatusCode} {await response.Content.ReadAsStringAsync()}"
                );
            }
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task A_small_body_that_expands_beyond_the_limit_is_refused(string encoding)
    {
        var tenant = await server.NewTenantAsync();
        var bomb = Encode(encoding, $$$"""{"project": {"name": "{{{new string('x', 100_000_000)}}}"}}""");

        Assert.True(bomb.Length < 1024 * 1024);
        foreach (var path in new[] { Projects, "/api/v1/workflows/validate", "/api/v1/extensions" })
            await SendAsync(tenant, bomb, encoding, path).RefusedAsync(413, "PAYLOAD_TOO_LARGE");
    }

    private static byte[] Encode(string encoding, string text)
    {
        using var encoded = new MemoryStream();
        using (
            Stream encoder = encoding.ToLowerInvariant() switch
            {
                "br" => new BrotliStream(encoded, CompressionMode.Compress, leaveOpen: true),
                "deflate" => new ZLibStream(encoded, CompressionMode.Compress, leaveOpen: true),
                "identity" => encoded,
                _ => new GZipStream(encoded, CompressionMode.Compress, leaveOpen: true),
            }
        )
            encoder.Write(Encoding.UTF8.GetBytes(text));
        return encoded.ToArray();
    }

    private static Task<HttpResponseMessage> SendAsync(
        Tenant tenant,
        byte[] body,
        string encoding,
        string path = Projects,
        string? key = null
    )
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return tenant.Admin.SendAsync(request);
    }
}
