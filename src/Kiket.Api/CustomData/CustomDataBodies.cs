using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Kiket.Api.Http;
using Kiket.Application.CustomData;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Microsoft.AspNetCore.Http.Metadata;

namespace Kiket.Api.CustomData;

using Record = IReadOnlyDictionary<string, JsonElement>;

/// <summary><c>{"record": {…}}</c>, or <c>{"records": [{…}]}</c>; the table defines the members of a record.</summary>
internal sealed record RecordsBody(Record? Record, IReadOnlyList<Record>? Records) : IEndpointParameterMetadataProvider
{
    public static async ValueTask<RecordsBody> BindAsync(HttpContext context)
    {
        var root = await JsonBody.ReadAsync(context, "record", "records");
        if (!root.TryGetProperty("records", out var list) || list.ValueKind is JsonValueKind.Null)
            return new(JsonBody.ObjectOf(root, "record"), null);
        if (list.ValueKind is not JsonValueKind.Array || list.EnumerateArray().Any(r => r.ValueKind is not JsonValueKind.Object))
            throw TextBody.Refusal(Error.Validation("records", "records must be a list of objects."));
        return new(JsonBody.ObjectOf(root, "record"), [.. list.EnumerateArray().Select(JsonBody.Members)]);
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(RecordsRequest)));
}

/// <summary><c>{"record": {…}}</c>.</summary>
internal sealed record RecordBody(Record? Record) : IEndpointParameterMetadataProvider
{
    public static async ValueTask<RecordBody> BindAsync(HttpContext context) =>
        new(JsonBody.ObjectOf(await JsonBody.ReadAsync(context, "record"), "record"));

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(RecordRequest)));
}

/// <summary>The schema itself as <c>application/yaml</c>, or in JSON as <c>{"schema": …}</c>, a string or an object.</summary>
internal sealed record ModuleBody(ModuleText? Schema, ProjectRef? Project, ExtensionRef? Extension)
    : IEndpointParameterMetadataProvider
{
    public static async ValueTask<ModuleBody> BindAsync(HttpContext context)
    {
        var text = await TextBody.ReadAsync(context, "A schema must be YAML or JSON.");
        if (text.IsYaml)
            return new(new(text.Value, null), null, null);
        var root = JsonBody.Parse(text.Value, "schema", "project_id", "project_key", "extension_id");
        ModuleText? schema =
            !root.TryGetProperty("schema", out var value) ? null
            : value.ValueKind is JsonValueKind.String ? new(value.GetString(), null)
            : value.ValueKind is JsonValueKind.Object ? new(null, value)
            : null;
        return new(
            schema,
            ProjectOf(root),
            Named(root, "extension_id") is { } extension
                ? ExtensionRef.TryParse(extension, out var installed)
                    ? installed
                    : throw Wrong("extension_id", extension)
                : null
        );
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json", "application/yaml"], typeof(ModuleRequest)));

    private static ProjectRef? ProjectOf(JsonElement root)
    {
        var (id, key) = (Named(root, "project_id"), Named(root, "project_key"));
        if (id is not null && key is not null && !id.Equals(key, StringComparison.OrdinalIgnoreCase))
            throw TextBody.Refusal(
                Error.InvalidParameter(
                    "project_key",
                    "project_id and project_key have different values; specify only one of them."
                )
            );
        if ((id ?? key) is not { } project)
            return null;
        return ProjectRef.TryParse(project, out var known) ? known : throw Wrong("project_id", project);
    }

    private static string? Named(JsonElement root, string name) =>
        !root.TryGetProperty(name, out var value)
            ? null
            : value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.Number when value.TryGetInt64(out var id) => id.ToString(CultureInfo.InvariantCulture),
                JsonValueKind.String => value.GetString(),
                _ => throw Wrong(name, value.GetRawText()),
            };

    private static BadHttpRequestException Wrong(string name, string value) =>
        TextBody.Refusal(Error.Validation(name, $"'{value}' is not valid; use an id or a key."));
}

internal static class JsonBody
{
    public static async Task<JsonElement> ReadAsync(HttpContext context, params string[] known)
    {
        var (isYaml, text) = await TextBody.ReadAsync(context, "A record must be JSON.");
        return isYaml
            ? throw new BadHttpRequestException("A record must be JSON.", StatusCodes.Status415UnsupportedMediaType)
            : Parse(text, known);
    }

    public static JsonElement Parse(string text, params string[] known)
    {
        using var document = TextBody.ParseObject(text);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (!known.Contains(member.Name))
                throw TextBody.Refusal(Error.InvalidParameter(member.Name, $"{member.Name} is not a field of this request."));
        }

        return document.RootElement.Clone();
    }

    public static Record? ObjectOf(JsonElement root, string name) =>
        !root.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null ? null
        : value.ValueKind is JsonValueKind.Object ? Members(value)
        : throw TextBody.Refusal(Error.Validation(name, $"{name} must be an object."));

    public static Record Members(JsonElement record)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in record.EnumerateObject())
            members[member.Name] = member.Value;
        return members;
    }
}

/// <summary>One record, or several.</summary>
internal sealed record RecordsRequest
{
    /// <summary>The columns of one record.</summary>
    public Record? Record { get; init; }

    /// <summary>Up to 500 records instead of one.</summary>
    public IReadOnlyList<Record>? Records { get; init; }
}

internal sealed record RecordRequest
{
    /// <summary>The columns to change.</summary>
    public required Record Record { get; init; }
}

/// <summary>A module's schema, as an object or as YAML text.</summary>
internal sealed record ModuleRequest
{
    public required Record Schema { get; init; }

    /// <summary>The project that the module belongs to; the organization by default.</summary>
    public ProjectRef? ProjectId { get; init; }

    /// <summary>The installed extension that the module belongs to.</summary>
    public string? ExtensionId { get; init; }
}
