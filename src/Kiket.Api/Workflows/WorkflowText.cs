using System.Reflection;
using System.Text.Json;
using Kiket.Api.Http;
using Kiket.Domain.Common;
using Microsoft.AspNetCore.Http.Metadata;

namespace Kiket.Api.Workflows;

/// <summary>
/// The text of a workflow in a body: YAML as <c>application/yaml</c>, or in JSON as <c>{"workflow": {"yaml": "…"}}</c> or as
/// the definition itself, since JSON is YAML.
/// </summary>
internal sealed record WorkflowText(string Value) : IEndpointParameterMetadataProvider
{
    public static async ValueTask<WorkflowText> BindAsync(HttpContext context)
    {
        var (isYaml, text) = await TextBody.ReadAsync(context, "A workflow must be YAML or JSON.");
        try
        {
            return new(isYaml ? text : OfJson(text));
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException("The body is not JSON.", e);
        }
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json", "application/yaml"], typeof(WorkflowTextBody)));

    private static string OfJson(string text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        if (root.ValueKind is not JsonValueKind.Object)
            throw TextBody.Refusal(new(ErrorKind.BadRequest, ServerErrorCodes.InvalidJson, "The body must be a JSON object."));
        var wrapped = root.TryGetProperty("workflow", out var inner) && inner.ValueKind is JsonValueKind.Object ? inner : root;
        if (!wrapped.TryGetProperty("yaml", out var yaml))
        {
            // Without a workflow it is not a definition, so its first member is reported as unknown.
            return root.TryGetProperty("workflow", out _) || !root.EnumerateObject().Any()
                ? text
                : throw TextBody.Refusal(
                    Error.InvalidParameter(root.EnumerateObject().First().Name, "The body has no workflow.")
                );
        }

        if (yaml.ValueKind is not JsonValueKind.String)
            throw TextBody.Refusal(Error.Validation("workflow.yaml", "workflow.yaml must be a string."));
        try
        {
            return yaml.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw TextBody.Refusal(Error.InvalidParameter("workflow.yaml", "workflow.yaml contains half a surrogate pair."));
        }
    }
}

/// <summary>The text of a workflow; the body may also be the definition itself.</summary>
internal sealed record WorkflowTextBody(WorkflowYaml Workflow);

internal sealed record WorkflowYaml(string Yaml);
