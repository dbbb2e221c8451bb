using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using NJsonSchema;

namespace Kiket.Api.Tests.OpenApi;

public sealed class DocumentTests(KiketServer server)
{
    [Fact]
    public async Task The_document_and_its_pages_need_no_token()
    {
        var document = await ApiDocument.ReadAsync(server);
        var page = await server.NewClient().GetStringAsync("/api/v1/docs");

        Assert.Equal("Kiket REST API", document.Document.Info.Title);
        Assert.Equal("v1", document.Document.Info.Version);
        Assert.Equal("Apache-2.0", document.Document.Info.License.Name);
        Assert.Equal("/", Assert.Single(document.Document.Servers).Url);
        Assert.Contains("swagger-ui", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/docs")]
    [InlineData("/swagger")]
    [InlineData("/swagger/")]
    [InlineData("/api")]
    [InlineData("/api/v1")]
    [InlineData("/api/v1/")]
    public async Task The_reference_is_found_where_people_look_for_it(string address)
    {
        var page = await server.NewClient().GetStringAsync(address);

        Assert.Contains("swagger-ui", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Components_have_names_of_their_own_and_tags_a_true_description()
    {
        var document = await ApiDocument.ReadAsync(server);
        string[] technical = ["Dictionary", "IReadOnly", "JsonElement", "Dto", "`"];

        Assert.DoesNotContain(
            document.Document.Components.Schemas.Keys,
            name => char.IsAsciiDigit(name[^1]) || technical.Any(name.Contains)
        );
        Assert.Contains(
            "installed extension",
            document.Document.Tags.Single(t => t.Name == "Extension API").Description,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Credentials_of_extensions_streams_texts_and_head_are_described()
    {
        var document = await ApiDocument.ReadAsync(server);
        var schemes = document.Document.Components.SecuritySchemes;

        Assert.Equal("X-Kiket-API-Key", schemes["ExtensionKey"].Name);
        Assert.Equal("X-Kiket-Runtime-Token", schemes["RuntimeToken"].Name);
        Assert.Equal(
            ["Bearer", "ExtensionKey", "RuntimeToken"],
            document.Find("GET", "/api/v1/ext/issues")!.Security.SelectMany(s => s.Keys)
        );
        Assert.Equal(["Bearer"], document.Find("GET", "/api/v1/issues")!.Security.SelectMany(s => s.Keys));
        Assert.Equal(["text/event-stream"], document.Find("GET", "/api/v1/events/stream")!.Responses["200"].Content.Keys);
        foreach (
            var (method, path) in new[]
            {
                ("POST", "/api/v1/extensions"),
                ("PUT", "/api/v1/workflows/{workflow}"),
                ("POST", "/api/v1/custom_data_modules"),
            }
        )
            Assert.Equal(["application/json", "application/yaml"], document.Find(method, path)!.RequestBody.Content.Keys);
        foreach (
            var path in new[]
            {
                "/api/v1/ext/telemetry",
                "/api/v1/extensions/logs",
                "/api/v1/extensions/metrics",
                "/api/v1/extensions/{extension}/events",
            }
        )
            Assert.NotNull(document.Find("POST", path)!.RequestBody.Content["application/json"].Example);
        Assert.All(
            ApiRoute.All(server).Where(r => r.Method == "GET"),
            route => Assert.NotNull(document.Find("HEAD", route.Path))
        );
    }

    [Fact]
    public async Task What_a_request_need_not_name_may_be_null()
    {
        var document = await ApiDocument.ReadAsync(server);
        var strict = document
            .Document.Operations.Where(o => o.Operation.RequestBody is not null)
            .Select(o => o.Operation.RequestBody.Content["application/json"].Schema.ActualSchema)
            .SelectMany(body => body.Properties.Values.Select(p => p.ActualSchema).Append(body))
            .Distinct()
            .SelectMany(schema => schema.Properties.Values)
            .Where(p => !p.IsRequired && p.IsNullableRaw != true && p.Name != "value"); // a stored value is any JSON

        Assert.Empty(strict.Select(p => p.Name));
    }

    [Fact]
    public async Task Every_route_is_documented()
    {
        var document = await ApiDocument.ReadAsync(server);

        Assert.Empty(ApiRoute.All(server).SelectMany(route => LackOf(route, document).Select(lack => $"{route}: {lack}")));
    }

    private static IEnumerable<string> LackOf(ApiRoute route, ApiDocument document)
    {
        if (document.Find(route.Method, route.Path) is not { } operation)
        {
            yield return "it is not in the document";
            yield break;
        }

        var isWrite = route.Method != "GET";
        var parameters = operation.Parameters.Select(p => p.Name).ToList();
        var statuses = operation.Responses.Keys.ToList();
        if (route.Name is null || operation.OperationId != route.Name)
            yield return "give it a name with WithName(nameof(method))";
        if (string.IsNullOrWhiteSpace(operation.Summary))
            yield return "give its method a <summary>";
        if (operation.Tags.Count != 1)
            yield return "give its group a tag";
        if (route.IsAnonymous == operation.Security.Any(s => s.ContainsKey("Bearer")))
            yield return "its security does not match the route's requirements";
        if (!statuses.Any(s => s.StartsWith('2')))
            yield return "it needs a successful answer: let the method's result type say which";
        if (isWrite != parameters.Contains("Idempotency-Key"))
            yield return "Idempotency-Key";
        if (route.HasBody && operation.RequestBody?.Content["application/json"].Example is null)
            yield return "its request has no example";
        if (operation.Parameters.Any(p => string.IsNullOrWhiteSpace(p.Description) && p.Kind is NSwag.OpenApiParameterKind.Query))
            yield return "give its query parameters a [Description]";

        string[] expected =
        [
            "400",
            "429",
            "500",
            "503",
            .. route.IsAnonymous ? Array.Empty<string>() : ["401"],
            .. route.HasScope ? ["403"] : Array.Empty<string>(),
            .. isWrite ? ["409", "422"] : Array.Empty<string>(),
            .. route.HasBody ? ["413", "415"] : Array.Empty<string>(),
            .. route.Path.Contains('{') || parameters.Any(p => p is "project" or "project_id" or "project_key")
                ? ["404"]
                : Array.Empty<string>(),
            .. parameters.Contains("If-Match") ? ["412"] : Array.Empty<string>(),
            .. !isWrite && parameters.Contains("If-None-Match") ? ["304"] : Array.Empty<string>(),
        ];
        foreach (var missing in expected.Except(statuses))
            yield return $"the status {missing} is missing";
        foreach (var (status, response) in operation.Responses.Where(r => r.Key != "304"))
        {
            if (string.IsNullOrWhiteSpace(response.ActualResponse.Description))
                yield return $"{status} is not described";
            if (response.ActualResponse.Content.Values.Single().Example is null)
                yield return $"{status} has no example";
        }
    }

    [Fact]
    public async Task The_scope_of_a_route_is_documented()
    {
        var document = await ApiDocument.ReadAsync(server);

        Assert.Contains("`issues:write`", document.Find("POST", "/api/v1/issues")!.Description, StringComparison.Ordinal);
        Assert.Contains(
            "`projects:read`",
            document.Find("GET", "/api/v1/projects/{project}")!.Description,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_request_is_shown_in_its_wrapper_with_the_members_beside_it()
    {
        var document = await ApiDocument.ReadAsync(server);

        var body = document.Find("POST", "/api/v1/issues")!.RequestBody.Content["application/json"].Schema.ActualSchema;
        var fields = body.Properties["issue"].ActualSchema;

        Assert.Equal(["issue", "project_id", "project_key", "template"], body.Properties.Keys);
        Assert.Equal(["issue"], body.RequiredProperties);
        Assert.False(body.AllowAdditionalProperties);
        Assert.Empty(fields.RequiredProperties);
        Assert.Equal(JsonObjectType.String, fields.Properties["title"].Type);
        Assert.Equal(
            ["lowest", "low", "medium", "high", "highest", "critical"],
            fields.Properties["priority"].OneOf.Single().ActualSchema.Enumeration
        );
        Assert.Equal(JsonObjectType.String, body.Properties["project_id"].Type);
        Assert.DoesNotContain("Optional", document.Json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_in_the_document_names_our_own_papers_or_types()
    {
        var document = await ApiDocument.ReadAsync(server);

        foreach (var word in new[] { "Dto", "(contract", "(decisions", "(architecture", "Source:", "Kiket." })
            Assert.DoesNotContain(word, document.Json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_example_is_valid()
    {
        var document = await ApiDocument.ReadAsync(server);
        var faults = new List<string>();

        foreach (var operation in document.Document.Operations.Where(o => o.Method != "head"))
        {
            var contents = operation
                .Operation.Responses.Where(r => r.Key != "304")
                .Select(r => (r.Key, r.Value.ActualResponse.Content.Values.Single()));
            if (operation.Operation.RequestBody is { } body)
                contents = contents.Append(("request", body.Content["application/json"]));
            foreach (var (name, content) in contents)
            {
                var example = Newtonsoft.Json.JsonConvert.SerializeObject(content.Example);
                faults.AddRange(
                    content
                        .Schema.Validate(example, SchemaType.OpenApi3)
                        .Select(f => $"{operation.Operation.OperationId} {name}: {f.Path} {f.Kind}")
                );
            }
        }

        Assert.Empty(faults);
    }

    [Fact]
    public async Task An_answer_with_an_unknown_a_missing_or_a_null_member_would_be_found()
    {
        var document = await ApiDocument.ReadAsync(server);
        var operation = document.Find("GET", "/api/v1/health")!;

        Assert.Empty(document.Faults(operation, 200, """{"status": "ok", "version": "1", "time": "2026-01-01T00:00:00.000Z"}"""));
        Assert.NotEmpty(
            document.Faults(operation, 200, """{"status": "ok", "version": "1", "time": "2026-01-01T00:00:00.000Z", "more": 1}""")
        );
        Assert.NotEmpty(document.Faults(operation, 200, """{"status": "ok", "version": "1"}"""));
        Assert.NotEmpty(
            document.Faults(operation, 200, """{"status": "ok", "version": null, "time": "2026-01-01T00:00:00.000Z"}""")
        );
        Assert.NotEmpty(document.Faults(operation, 404, "{}"));
    }

    /// <summary>The tenant's project, issue, milestone and comment are found at the addresses of every GET route.</summary>
    [Fact]
    public async Task Every_real_answer_to_a_read_is_as_the_document_says()
    {
        var tenant = await PopulateAsync();
        var extension = (await Installed.NewAsync(tenant, "NEWS", permissions: ["*"])).Client;
        var document = await ApiDocument.ReadAsync(server);
        var faults = new List<string>();
        var read = new List<string>();

        // A stream does not end.
        foreach (var route in ApiRoute.All(server).Where(r => r.Method == "GET" && r.Name != "StreamEvents"))
        {
            if (await AddressAsync(tenant, route) is not { } address)
                continue;
            var client = address.StartsWith("/api/v1/ext/", StringComparison.Ordinal) ? extension : tenant.Admin;
            var response = await client.GetAsync(address);
            var body = await response.Content.ReadAsStringAsync();
            faults.AddRange(
                document
                    .Faults(document.Find("GET", route.Path)!, (int)response.StatusCode, body)
                    .Select(f => $"{route}: {f} in {body}")
            );
            if (response.IsSuccessStatusCode)
                read.Add(route.Name!);
            else
                faults.Add($"{route}: {(int)response.StatusCode} {body}");
        }

        Assert.Empty(faults);
        Assert.Empty(
            (
                (string[])
                    [
                        "ListProjects",
                        "GetProject",
                        "ListIssues",
                        "GetIssue",
                        "ListIssueHistory",
                        "ListIssueTransitions",
                        "GetHealth",
                    ]
            ).Except(read)
        );
    }

    [Fact]
    public async Task Every_documented_request_is_understood()
    {
        var tenant = await PopulateAsync();
        var document = await ApiDocument.ReadAsync(server);
        var faults = new List<string>();

        foreach (var route in ApiRoute.All(server).Where(r => r.HasBody))
        {
            if (await AddressAsync(tenant, route) is not { } address)
                continue;
            if (route.Path.Contains("{workflow}", StringComparison.Ordinal))
                address += "?project=NEWS"; // the examples have made another project, with a workflow of the same key
            var operation = document.Find(route.Method, route.Path)!;
            var example = Newtonsoft.Json.JsonConvert.SerializeObject(operation.RequestBody.Content["application/json"].Example);
            var response = await tenant.Admin.SendAsync(
                new(new(route.Method), address) { Content = new StringContent(example, Encoding.UTF8, "application/json") }
            );
            var body = await response.Content.ReadAsStringAsync();
            faults.AddRange(document.Faults(operation, (int)response.StatusCode, body).Select(f => $"{route}: {f} in {body}"));
            if ((int)response.StatusCode is 400 or >= 500)
                faults.Add($"{route}: {example} was answered with {body}");
        }

        Assert.Empty(faults);
    }

    [Fact]
    public async Task Every_kind_of_error_is_as_the_document_says()
    {
        var tenant = await server.NewTenantAsync();
        var document = await ApiDocument.ReadAsync(server);
        var issues = document.Find("POST", "/api/v1/issues")!;
        var readOnly = await tenant.WithScopesAsync("issues:read");

        async Task CheckAsync(int status, Task<HttpResponseMessage> sent)
        {
            var response = await sent;
            Assert.Equal(status, (int)response.StatusCode);
            Assert.Empty(document.Faults(issues, status, await response.Content.ReadAsStringAsync()));
        }

        await CheckAsync(400, tenant.Admin.PostJsonAsync("/api/v1/issues?nonsense=1", new { }));
        await CheckAsync(401, server.NewClient().PostJsonAsync("/api/v1/issues", new { }));
        await CheckAsync(403, readOnly.PostJsonAsync("/api/v1/issues", new { }));
        await CheckAsync(
            404,
            tenant.Admin.PostJsonAsync("/api/v1/issues", new { project_key = "NONE", issue = new { title = "x" } })
        );
        await CheckAsync(
            415,
            tenant.Admin.PostAsync("/api/v1/issues", new StringContent("{}", MediaTypeHeaderValue.Parse("text/plain")))
        );
        await CheckAsync(422, tenant.Admin.PostJsonAsync("/api/v1/issues", new { issue = new { title = "x" } }));
    }

    private async Task<Tenant> PopulateAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("NEWS");
        var milestone = await tenant
            .Admin.PostJsonAsync("/api/v1/projects/NEWS/milestones", new { milestone = new { name = "Spring" } })
            .CreatedAsync();
        var parent = await tenant.AddIssueAsync("NEWS", title: "The whole", fields: new { issue_type = "Epic" });
        var full = new
        {
            description = "All of it",
            priority = "critical",
            labels = new[] { "a", "b" },
            custom_fields = new { severity = "high", nested = new { list = new object?[] { 1, null, "x" } } },
            assignee_id = tenant.AdminId,
            parent_id = (long)parent["id"]!,
            milestone_id = (long)milestone["id"]!,
            story_points = 2.5,
            due_date = "2026-03-31",
        };
        await tenant.AddIssueAsync("NEWS", title: "The part", fields: full);
        await tenant
            .Admin.PostJsonAsync("/api/v1/issues/NEWS-1/comments", new { comment = new { body = "So it is." } })
            .CreatedAsync();
        await tenant.Admin.PostJsonAsync("/api/v1/issues/NEWS-2/transition", new { state = "in_progress" }).OkAsync();
        return tenant;
    }

    /// <summary>An address of the route that exists for the tenant, or null. Ids are read from the route's list.</summary>
    private static async Task<string?> AddressAsync(Tenant tenant, ApiRoute route)
    {
        var address = route
            .Path.Replace("{project}", "NEWS", StringComparison.Ordinal)
            .Replace("{issue}", "NEWS-1", StringComparison.Ordinal)
            .Replace("{workflow}", "default", StringComparison.Ordinal);
        while (address.IndexOf("/{", StringComparison.Ordinal) is var start and >= 0)
        {
            var list = await tenant.Admin.GetAsync(address[..start]);
            if (!list.IsSuccessStatusCode)
                return null;
            var first = JsonNode
                .Parse(await list.Content.ReadAsStringAsync())
                ?.AsObject()
                .Select(p => p.Value)
                .OfType<JsonArray>()
                .FirstOrDefault()
                ?.FirstOrDefault()
                ?["id"];
            if (first is null)
                return null;
            address = address[..start] + "/" + first + address[(address.IndexOf('}', start) + 1)..];
        }

        return address;
    }
}
