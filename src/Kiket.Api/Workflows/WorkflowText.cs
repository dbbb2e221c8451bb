using System.Reflection;
using System.Text;
using System.Text.Json;
using Kiket.Api.Http;
using Kiket.Domain.Common;
using Microsoft.AspNetCore.Http.Metadata;

namespace Kiket.Api.Workflows;

/// <summary>
/// The text of a workflow in a body: YAML as <c>application/yaml</c>, or in JSON as <c>{"workflow": {"yaml": "…"}}</c> or as the definition
/// itself, since JSON is YAML.
/// </summary>
internal sealed record WorkflowText(string Value) : IEndpointParameterMetadataProvider
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static async ValueTask<WorkflowText> BindAsync(HttpContext context)
    {
        var type = context.Request.GetTypedHeaders().ContentType?.MediaType.Value?.ToLowerInvariant();
        var isYaml = type is "application/yaml" or "application/x-yaml" or "text/yaml" or "text/x-yaml";
        if (!isYaml && !context.Request.HasJsonContentType())
            throw new BadHttpRequestException("A workflow is YAML or JSON.", StatusCodes.Status415UnsupportedMediaType);

        try
        {
            using var reader = new StreamReader(context.Request.Body, Strict, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
            var text = (await reader.ReadToEndAsync(context.RequestAborted)).TrimStart('\uFEFF');
            return new(isYaml ? text : OfJson(text));
        }
        catch (DecoderFallbackException)
        {
            throw Refusal(new(ErrorKind.BadRequest, ErrorCodes.BadRequest, "The body is not UTF-8."));
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
            throw Refusal(new(ErrorKind.BadRequest, ErrorCodes.InvalidJson, "The body is a JSON object."));
        var wrapped = root.TryGetProperty("workflow", out var inner) && inner.ValueKind is JsonValueKind.Object ? inner : root;
        if (!wrapped.TryGetProperty("yaml", out var yaml))
        {
            // What has no workflow is no definition, so its first member is nothing that this request has.
            return root.TryGetProperty("workflow", out _) || !root.EnumerateObject().Any()
                ? text
                : throw Refusal(Error.InvalidParameter(root.EnumerateObject().First().Name, "The body has no workflow."));
        }

        if (yaml.ValueKind is not JsonValueKind.String)
            throw Refusal(Error.Validation("workflow.yaml", "workflow.yaml is a text."));
        try
        {
            return yaml.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Refusal(Error.InvalidParameter("workflow.yaml", "workflow.yaml holds half a surrogate pair."));
        }
    }

    private static BadHttpRequestException Refusal(Error error) => new(error.Message, new BodyException(error));
}

/// <summary>What a JSON body looks like in the API's description; it may be the definition itself instead.</summary>
internal sealed record WorkflowTextBody(WorkflowYaml Workflow);

internal sealed record WorkflowYaml(string Yaml);
