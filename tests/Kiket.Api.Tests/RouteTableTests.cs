using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests;

/// <summary>Requests that every route refuses. The routes are those of the server.</summary>
[Trait("Database", "Sqlite")]
public sealed class RouteTableTests(KiketServer server)
{
    /// <summary>The only routes that need no token.</summary>
    private static readonly string[] Anonymous = ["GET /api/v1/health", "POST /api/v1/invitations/accept"];

    private IReadOnlyList<ApiRoute> Routes => ApiRoute.All(server);

    [Fact]
    public async Task No_route_answers_without_a_token()
    {
        var client = server.NewClient();

        await EachAsync(
            Routes.Where(r => !Anonymous.Contains(r.ToString())),
            route => SendAsync(client, route, route.Sample, Json("{}")).RefusedAsync(401, "AUTH_INVALID_TOKEN")
        );
    }

    [Fact]
    public void Only_the_listed_routes_are_anonymous() =>
        Assert.Empty(Routes.Where(r => r.IsAnonymous).Select(r => r.ToString()).Except(Anonymous));

    [Fact]
    public async Task A_body_that_is_not_json_is_refused()
    {
        var client = (await server.NewTenantAsync()).Admin;

        foreach (var garbage in new[] { "{\"a\": ", "nonsense", "", "null", "[]", "5", "\"text\"", "{} {}" })
        {
            await EachAsync(
                Routes.Where(r => r.HasBody && !(r.BodyIsOptional && garbage is ("" or "null"))),
                route => SendAsync(client, route, route.Sample, Json(garbage)).RefusedAsync(400, "INVALID_JSON")
            );
        }
    }

    [Fact]
    public async Task A_body_of_another_content_type_is_refused()
    {
        var client = (await server.NewTenantAsync()).Admin;

        await EachAsync(
            Routes.Where(r => r.HasBody),
            route => SendAsync(client, route, route.Sample, Json("{}", "text/plain")).RefusedAsync(415, "UNSUPPORTED_MEDIA_TYPE")
        );
    }

    [Fact]
    public async Task An_unknown_query_parameter_is_refused_by_name()
    {
        var client = (await server.NewTenantAsync()).Admin;

        await EachAsync(
            Routes,
            route =>
                SendAsync(client, route, route.Sample + "?nonsense=1", Json("{}"))
                    .RefusedAsync(400, "INVALID_PARAMETER", "nonsense")
        );
    }

    [Fact]
    public async Task An_unknown_member_of_a_body_is_refused_by_name()
    {
        var client = (await server.NewTenantAsync()).Admin;

        await EachAsync(
            Routes.Where(r => r.HasBody && !r.TakesAnyMember),
            route =>
                SendAsync(client, route, route.Sample, Json("""{"nonsense": 1}"""))
                    .RefusedAsync(400, "INVALID_PARAMETER", "nonsense")
        );
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        var client = (await server.NewTenantAsync()).Admin;

        await EachAsync(
            Routes.Where(r => r.HasBody),
            route =>
                SendAsync(client, route, route.Sample, Json($$"""{"nonsense": "{{new string('x', (int)route.BodyLimit)}}"}"""))
                    .RefusedAsync(413, "PAYLOAD_TOO_LARGE")
        );
    }

    [Fact]
    public async Task An_id_in_a_path_has_one_spelling()
    {
        var client = (await server.NewTenantAsync()).Admin;
        string[] spellings = ["%2B1", "%201", "1%20", "1.0", "01", "1e0", "0x1", "1_0", "%D9%A1"];
        Assert.True(Routes.Count(r => r.Ids.Any()) > 60, $"{Routes.Count(r => r.Ids.Any())}");

        await EachAsync(
            Routes.Where(r => r.Ids.Any()),
            async route =>
            {
                foreach (var parameter in route.Ids)
                {
                    var nonsense = await AnswerAsync("nonsense");
                    Assert.InRange(nonsense.Status, 400, 422);
                    foreach (var spelling in spellings)
                        Assert.Equal((spelling, nonsense), (spelling, await AnswerAsync(spelling)));

                    async Task<(int Status, string? Code)> AnswerAsync(string value)
                    {
                        var response = await SendAsync(client, route, route.SampleWith(parameter, value), Json("{}"));
                        return (
                            (int)response.StatusCode,
                            (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["code"]
                        );
                    }
                }
            }
        );
    }

    [Fact]
    public async Task A_number_in_a_query_has_one_spelling()
    {
        var client = (await server.NewTenantAsync()).Admin;
        var document = await OpenApi.ApiDocument.ReadAsync(server);
        var numbers = Routes.ToDictionary(
            r => r,
            r =>
                document
                    .Find(r.Method, r.Path)!
                    .Parameters.Where(p =>
                        p.Kind is NSwag.OpenApiParameterKind.Query
                        && p.ActualSchema.Type.HasFlag(NJsonSchema.JsonObjectType.Integer)
                    )
                    .Select(p => p.Name)
                    .ToList()
        );
        Assert.True(numbers.Values.Sum(n => n.Count) > 40, $"{numbers.Values.Sum(n => n.Count)}");

        await EachAsync(
            Routes.Where(r => numbers[r].Count > 0),
            async route =>
            {
                foreach (var name in numbers[route])
                {
                    foreach (var spelling in new[] { "%2B1", "%201", "1%20", "1.0", "01", "1e0", "0x1" })
                        await SendAsync(client, route, $"{route.Sample}?{name}={spelling}", Json("{}"))
                            .RefusedAsync(400, "INVALID_PARAMETER", name);
                }
            }
        );
    }

    [Fact]
    public async Task No_answer_names_the_server_software()
    {
        var response = await server.NewClient().GetAsync("/api/v1/health");

        Assert.Empty(response.Headers.Server);
        Assert.NotEmpty(Assert.Single(response.Headers.GetValues("X-Request-Id")));
    }

    [Fact]
    public async Task Methods_that_a_route_does_not_have_are_refused()
    {
        var client = (await server.NewTenantAsync()).Admin;

        var options = await client.SendAsync(new(HttpMethod.Options, "/api/v1/projects"));

        Assert.Equal(["GET", "HEAD", "POST"], options.Content.Headers.Allow.Order());
        await Task.FromResult(options).RefusedAsync(405, "METHOD_NOT_ALLOWED");
    }

    private static StringContent Json(string text, string type = "application/json") =>
        new(text, Encoding.UTF8, new MediaTypeHeaderValue(type));

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, ApiRoute route, string path, HttpContent body) =>
        client.SendAsync(
            new(new(route.Method), path)
            {
                Content = route.HasBody ? body : null,
                Headers = { ExpectContinue = true }, // a refusal comes before the body has been sent
            }
        );

    /// <summary>Checks every route and reports all failures.</summary>
    private static async Task EachAsync(IEnumerable<ApiRoute> routes, Func<ApiRoute, Task> check)
    {
        var failures = new List<string>();
        var checkedRoutes = routes.ToList();
        Assert.NotEmpty(checkedRoutes);
        foreach (var route in checkedRoutes)
        {
            try
            {
                await check(route);
            }
            catch (Exception failure)
            {
                failures.Add($"{route}: {failure.Message}");
            }
        }

        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }
}
