using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Kiket.Benchmarks.Fuzz;

/// <summary>
/// A client that generates requests from the document and from earlier answers, and checks the answers. The same seed generates
/// the same requests, as long as the answers are the same.
/// </summary>
internal sealed partial class Fuzzer(HttpClient client, ApiDocument document, int seed, Action<FuzzFault> report)
{
    private const int MostKept = 200;

    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = 1_000 };

    private const string Workflow = """
        model_version: "1.0"
        workflow: { id: fuzz, name: Fuzz, version: 1.0.0 }
        states:
          open:
            type: initial
            category: pending
            checklist:
              id: first
              title: Before work begins
              required_mode: all
              items: [{ id: read, label: It was read, check_type: manual, required: false }]
          checking:
            type: active
            category: review
            approval: { name: Sign-off, required: 1, approvers: [{ type: workflow, identifier: assignee }] }
          done: { type: final, category: completed }
        transitions:
          - { from: open, to: checking, name: Check }
          - { from: checking, to: done, name: Finish }
          - { from: checking, to: open, name: Return }
          - { from: done, to: open, name: Reopen }
        """;

    private readonly Random random = new(seed);

    /// <summary>Ids, keys and names from answers, by the preceding part of the path.</summary>
    private readonly Dictionary<string, List<string>> known = new(StringComparer.Ordinal);

    private string? extensionKey;

    public Dictionary<int, int> Statuses { get; } = [];

    /// <summary>The operations that have succeeded at least once.</summary>
    public HashSet<string> Succeeded { get; } = [];

    /// <summary>
    /// Creates the data that requests refer to: a project whose issues have approvals and a checklist, an extension, a table, an
    /// application.
    /// </summary>
    public async Task PrepareAsync()
    {
        await AddAsync("projects", """{"project": {"name": "SEED", "project_key": "FUZZSEED", "visibility": "team"}}""");
        var workflow = JsonSerializer.Serialize(Workflow);
        await AddAsync(
            "definitions/import",
            $$"""{"project_key": "FUZZSEED", "files": [{"path": ".kiket/workflows/fuzz.yaml", "content": {{workflow}}}]}"""
        );
        for (var n = 0; n < 5; n++)
            await AddAsync("issues", """{"issue": {"title": "One of five", "assignee_id": 1}, "project_key": "FUZZSEED"}""");
        await AddAsync("issues/FUZZSEED-1/comments", """{"comment": {"body": "Looks good."}}""");
        await AddAsync("projects/FUZZSEED/milestones", """{"milestone": {"name": "First"}}""");
        var installed = await AddAsync(
            "extensions",
            """
            {"manifest": {"model_version": "1.0", "extension": {"id": "com.example.fuzz-SEED", "name": "Fuzz", "version": "1.0.0",
            "delivery": "http", "callback": {"url": "https://fuzz.example.com/kiket"}, "permissions": ["issues:write",
            "comments:write", "workflows:read", "workflows.execute", "projects:read", "storage:write", "webhooks:write",
            "sla:read"]}}, "project_id": "FUZZSEED", "strict": false}
            """
        );
        extensionKey = (string?)installed["api_key"];
        await AddAsync(
            "custom_data_modules",
            """
            {"schema": {"module": "fuzz_SEED", "version": "1.0",
            "tables": {"orders": {"columns": [{"name": "title", "type": "text"}, {"name": "total", "type": "integer"}]}}}}
            """
        );
        var order = await AddAsync(
            "custom_data/fuzz_SEED/orders?project_key=FUZZSEED",
            """{"record": {"title": "One", "total": 1}}"""
        );
        Remember("{table}", order);
        Keep("custom_data", $"fuzz_{seed}");
        Keep("{module}", "orders");
        await AddAsync(
            "oauth_applications",
            """
            {"oauth_application": {"name": "Robot", "scopes": ["issues:read"], "grant_types": ["client_credentials"]}}
            """
        );
    }

    private async Task<JsonNode> AddAsync(string collection, string body)
    {
        string Own(string text) => text.Replace("SEED", $"{seed}", StringComparison.Ordinal);
        using var content = new StringContent(Own(body), Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri($"/api/v1/{Own(collection)}", UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"{collection} cannot be prepared: {text}");
        var json = JsonNode.Parse(text)!;
        Remember(collection.Split('/')[^1], json);
        return json;
    }

    public async Task RunAsync(int requests)
    {
        for (var number = 0; number < requests; number++)
            await SendAsync(NextOperation(), number);
    }

    /// <summary>Any operation, but deletions are rare, because later requests need existing data.</summary>
    private ApiOperation NextOperation()
    {
        while (true)
        {
            var operation = document.Operations[random.Next(document.Operations.Count)];
            var ends = operation.Method == "DELETE" || operation.Path.EndsWith("/erase", StringComparison.Ordinal);
            if (!ends || random.Next(10) == 0)
                return operation;
        }
    }

    private async Task SendAsync(ApiOperation operation, int number)
    {
        var path = PathOf(operation);
        if (operation.Method != "GET" && OwnCredential().IsMatch(path))
            return; // it would end the run
        using var request = new HttpRequestMessage(new(operation.Method), path + QueryOf(operation));
        var body = BodyOf(operation);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            var type = random.Next(50) == 0 ? "text/plain" : "application/json";
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        if (extensionKey is not null && operation.Path.StartsWith("/api/v1/ext/", StringComparison.Ordinal) && random.Next(5) > 0)
            request.Headers.Authorization = new("Bearer", extensionKey);

        foreach (var header in operation.Parameters("header").Where(_ => random.Next(4) == 0))
            request.Headers.TryAddWithoutValidation(
                (string)header["name"]!,
                random.Next(3) == 0 ? "\"1\"" : $"k{random.Next(50)}"
            );
        FuzzFault Fault(string what) =>
            new(operation.Name, what, $"{operation.Method} {request.RequestUri}", TextOf(body), seed, number);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            var status = (int)response.StatusCode;
            Statuses[status] = Statuses.GetValueOrDefault(status) + 1;
            if (status == 401)
                extensionKey = null; // a request has replaced the key or removed the extension
            if (response.IsSuccessStatusCode)
                Succeeded.Add(operation.Name);
            var type = response.Content.Headers.ContentType?.MediaType;
            if (type == "text/event-stream")
                return;
            var text = await response.Content.ReadAsStringAsync();
            if (status >= 500)
                report(Fault($"{status}: {text}"));
            else if (type == "application/json" || status >= 400)
                Check(operation, status, text, what => report(Fault(what)));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or TaskCanceledException)
        {
            report(Fault($"no answer: {failure.GetBaseException().Message}"));
        }
    }

    private void Check(ApiOperation operation, int status, string text, Action<string> fault)
    {
        JsonNode? json;
        try
        {
            json = JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            fault($"{status} is not JSON: {text}");
            return;
        }

        if (document.Validate(operation, status, json) is { } wrong)
            fault($"{status}: {wrong}: {text}");
        else if (status < 300)
            Remember(CollectionOf(operation), json);
    }

    /// <summary>The part of the path that precedes the ids in an answer.</summary>
    private string CollectionOf(ApiOperation operation) =>
        document.HasMembers(operation.Path)
            ? operation.Path.Split('/')[^1]
            : operation.Path.Split('/').Last(part => part.Length > 0 && part[0] != '{');

    /// <summary>Stores values that later requests may use.</summary>
    private void Remember(string collection, JsonNode? json)
    {
        switch (json)
        {
            case JsonArray items:
                foreach (var item in items.Take(25))
                    Remember(collection, item);
                break;
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    if (name is "id" or "key" or "name" or "slug" or "root" or "email" or "client_id")
                        Keep(collection, value);
                    else if (name.EndsWith("_id", StringComparison.Ordinal) || name.EndsWith("_key", StringComparison.Ordinal))
                        Keep(name[..name.LastIndexOf('_')] + "s", value);
                    else if (value is JsonObject or JsonArray)
                        Remember(members.ContainsKey("id") ? name : collection, value);
                }

                break;
        }
    }

    private void Keep(string collection, JsonNode? value)
    {
        if (value is not JsonValue || value.ToString() is not { Length: > 0 and < 100 } text)
            return;
        if (!known.TryGetValue(collection, out var values))
            known[collection] = values = [];
        if (values.Count == MostKept)
            values.RemoveAt(random.Next(values.Count));
        values.Add(text);
    }

    private string PathOf(ApiOperation operation)
    {
        var parts = operation.Path.Split('/');
        for (var n = 1; n < parts.Length; n++)
        {
            if (parts[n].StartsWith('{'))
                parts[n] = Uri.EscapeDataString(Reference(operation.Path.Split('/')[n - 1], parts[n].Trim('{', '}') + "s"));
        }

        return string.Join('/', parts);
    }

    /// <summary>Usually an existing value, otherwise anything.</summary>
    private string Reference(params string[] collections)
    {
        if (random.Next(10) > 0)
        {
            foreach (var collection in collections)
            {
                if (known.TryGetValue(collection, out var values))
                    return values[random.Next(values.Count)];
            }
        }

        var odd = random.Next(3) == 0 ? $"{random.Next(1, 30)}" : OddValues.Text(random);
        return odd is { Length: > 0 and < 2_000 } and not "." and not ".." ? odd : "x";
    }

    private string QueryOf(ApiOperation operation)
    {
        var query = new StringBuilder();
        foreach (var parameter in operation.Parameters("query").Where(_ => random.Next(5) == 0))
        {
            var name = (string)parameter["name"]!;
            var schema = document.Resolve(parameter["schema"]!);
            var value = random.Next(3) == 0 ? OddValues.Text(random) : Plain(schema, name, 0)?.ToString() ?? "";
            if (value.Length < 2_000)
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        if (random.Next(60) == 0)
            query.Append(query.Length == 0 ? '?' : '&').Append("unknown=1");
        return query.ToString();
    }

    private byte[]? BodyOf(ApiOperation operation)
    {
        if (operation.Json["requestBody"]?["content"]?["application/json"] is not JsonObject content)
            return random.Next(100) == 0 ? "{}"u8.ToArray() : null;
        var json =
            random.Next(4) > 0 && content["example"] is { } example
                ? example.DeepClone()
                : Plain(document.Resolve(content["schema"]!), "", 0);
        if (random.Next(2) == 0)
            Refer(json);
        for (var spoiled = random.Next(-3, 4); spoiled > 0; spoiled--)
            json = OddValues.Spoil(json, random);
        var body = JsonSerializer.SerializeToUtf8Bytes(json, Deep);
        return random.Next(20) == 0 ? OddValues.Spoil(body, random) : body;
    }

    /// <summary>Omits some members, and lets others refer to existing data.</summary>
    private void Refer(JsonNode? json)
    {
        if (json is not JsonObject members)
            return;
        foreach (var (name, value) in members.ToList())
        {
            var collection = name.EndsWith("_id", StringComparison.Ordinal) ? name[..^3] + "s" : name + "s";
            if (value is JsonObject)
                Refer(value);
            else if (value is JsonValue && known.ContainsKey(collection))
                members[name] = Reference(collection) is var text && long.TryParse(text, out var id) ? id : text;
            else if (random.Next(4) == 0)
                members.Remove(name);
        }
    }

    /// <summary>A value that a schema allows.</summary>
    private JsonNode? Plain(JsonObject schema, string name, int depth)
    {
        if (depth > 6)
            return null;
        if (schema["enum"] is JsonArray values)
            return values[random.Next(values.Count)]?.DeepClone();
        if ((schema["allOf"] ?? schema["oneOf"] ?? schema["anyOf"]) is JsonArray { Count: > 0 } choices)
            return Plain(document.Resolve(choices[random.Next(choices.Count)]!), name, depth + 1);
        switch ((string?)schema["type"])
        {
            case "object":
                var members = new JsonObject();
                foreach (var (member, value) in schema["properties"]?.AsObject() ?? [])
                {
                    if (random.Next(3) > 0 || depth == 0)
                        members[member] = Plain(document.Resolve(value!), member, depth + 1);
                }

                return members;
            case "array":
                var items = Enumerable.Range(0, random.Next(4));
                return new JsonArray([.. items.Select(_ => Plain(document.Resolve(schema["items"]!), name, depth + 1))]);
            case "integer" or "number":
                return name.EndsWith("_id", StringComparison.Ordinal) && long.TryParse(Reference(name[..^3] + "s"), out var id)
                    ? id
                    : random.Next(-2, 100);
            case "boolean":
                return random.Next(2) == 0;
            case "string" when (string?)schema["format"] is "date":
                return $"2026-{random.Next(1, 13):00}-{random.Next(1, 29):00}";
            case "string" when (string?)schema["format"] is "date-time":
                return $"2026-{random.Next(1, 13):00}-{random.Next(1, 29):00}T08:00:00Z";
            default:
                return random.Next(3) == 0 ? $"text {random.Next(1_000)}" : Reference(name + "s", "projects", "issues");
        }
    }

    private static string TextOf(byte[]? body) => body is null ? "" : Encoding.UTF8.GetString(body);

    /// <summary>The token and the user of the run are the first ones.</summary>
    [GeneratedRegex("/(users|tokens|workspace_api_tokens|personal_access_tokens)/(1|me|current|admin%40[^/]*)(/|$)")]
    private static partial Regex OwnCredential();
}

/// <summary>An unexpected answer.</summary>
/// <param name="Number">The number of the request of its client.</param>
internal sealed record FuzzFault(string Operation, string What, string Request, string Body, int Seed, int Number)
{
    /// <summary>The common part of several failures with the same cause.</summary>
    public string Kind => $"{Operation} {What[..Math.Min(What.Length, 40)]}";
}
