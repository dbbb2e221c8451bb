using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Kiket.Api.Http;
using Kiket.Application.Extensions;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Microsoft.AspNetCore.Http.Metadata;

namespace Kiket.Api.Extensions;

/// <summary>
/// The body of an installation: the manifest itself as <c>application/yaml</c>, or in JSON as <c>{"manifest": …}</c>, a string
/// or an object, with further members beside it.
/// </summary>
/// <param name="Manifest">Null when the body has none, which the endpoint rejects.</param>
internal sealed record ManifestBody(
    ManifestText? Manifest,
    ProjectRef? ProjectId,
    IReadOnlyDictionary<string, JsonElement>? Configuration,
    string? CallbackUrl,
    bool? Strict
) : IEndpointParameterMetadataProvider
{
    /// <summary>Members allowed beside the manifest; the CLI sends <c>repository</c>, which is ignored.</summary>
    private static readonly string[] Known =
    [
        "manifest",
        "project_id",
        "project_key",
        "configuration",
        "callback_url",
        "repository",
        "strict",
    ];

    public static async ValueTask<ManifestBody> BindAsync(HttpContext context)
    {
        var text = await TextBody.ReadAsync(context, "A manifest must be YAML or JSON.");
        return text.IsYaml ? new(new(text.Value, null), null, null, null, null) : OfJson(text.Value);
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json", "application/yaml"], typeof(ManifestRequest)));

    private static ManifestBody OfJson(string text)
    {
        using var document = TextBody.ParseObject(text);
        var root = document.RootElement;
        foreach (var member in root.EnumerateObject())
        {
            if (!Known.Contains(member.Name))
                throw TextBody.Refusal(Error.InvalidParameter(member.Name, $"{member.Name} is not a field of this request."));
        }

        return new(
            root.TryGetProperty("manifest", out var manifest) ? ManifestOf(manifest) : null,
            ProjectOf(root),
            ConfigurationOf(root),
            TextOf(root, "callback_url"),
            FlagOf(root, "strict")
        );
    }

    private static ManifestText? ManifestOf(JsonElement manifest) =>
        manifest.ValueKind switch
        {
            JsonValueKind.String => new(manifest.GetString(), null),
            JsonValueKind.Object => new(null, manifest.Clone()),
            _ => null,
        };

    private static ProjectRef? ProjectOf(JsonElement root)
    {
        var (id, key) = (ProjectOf(root, "project_id"), ProjectOf(root, "project_key"));
        return id is not null && key is not null && id != key
            ? throw TextBody.Refusal(
                Error.InvalidParameter(
                    "project_key",
                    "project_id and project_key have different values; specify only one of them."
                )
            )
            : id ?? key;
    }

    private static ProjectRef? ProjectOf(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null)
            return null;
        var text = value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt64(out var id) => id.ToString(CultureInfo.InvariantCulture),
            JsonValueKind.String => value.GetString(),
            _ => null,
        };
        return ProjectRef.TryParse(text, out var project)
            ? project
            : throw TextBody.Refusal(Error.Validation(name, $"{name} must be the id or key of a project."));
    }

    private static Dictionary<string, JsonElement>? ConfigurationOf(JsonElement root)
    {
        if (!root.TryGetProperty("configuration", out var value) || value.ValueKind is JsonValueKind.Null)
            return null;
        return value.ValueKind is JsonValueKind.Object
            ? value.EnumerateObject().ToDictionary(m => m.Name, m => m.Value.Clone(), StringComparer.Ordinal)
            : throw TextBody.Refusal(Error.Validation("configuration", "configuration must be an object."));
    }

    private static bool? FlagOf(JsonElement root, string name) =>
        !root.TryGetProperty(name, out var value)
            ? null
            : value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => throw TextBody.Refusal(Error.Validation(name, $"{name} must be true or false.")),
            };

    private static string? TextOf(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null)
            return null;
        return value.ValueKind is JsonValueKind.String
            ? value.GetString()
            : throw TextBody.Refusal(Error.Validation(name, $"{name} must be a string."));
    }
}

/// <summary>An extension's manifest, as an object or as YAML text.</summary>
internal sealed record ManifestRequest
{
    public required IReadOnlyDictionary<string, JsonElement> Manifest { get; init; }

    /// <summary>The project to install it for; the whole organization by default.</summary>
    public ProjectRef? ProjectId { get; init; }

    /// <summary>Values of the extension's settings.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Configuration { get; init; }

    /// <summary>Where its events are sent; overrides the manifest.</summary>
    public string? CallbackUrl { get; init; }

    /// <summary>Whether what may weaken a rule, such as an unknown event or permission, is an error; true by default.</summary>
    public bool? Strict { get; init; }
}
