using System.Reflection;
using Kiket.Api.Authentication;
using Kiket.Api.Events;
using Kiket.Api.Http;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Namotion.Reflection;
using NJsonSchema;
using NSwag;
using NSwag.Generation.AspNetCore;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace Kiket.Api.OpenApi;

/// <summary>Completes an operation from its route: its access rules, headers and responses.</summary>
internal sealed class OperationProcessor : IOperationProcessor
{
    private const string JsonType = "application/json";

    public bool Process(OperationProcessorContext context)
    {
        var route = new Route(((AspNetCoreOperationProcessorContext)context).ApiDescription, context.MethodInfo);
        var operation = context.OperationDescription.Operation;

        DescribeAccess(operation, route);
        DescribeParameters(operation, route);
        DescribeBody(context, operation, route);
        DescribeAnswers(operation, route);
        foreach (var status in StatusesOf(route))
            operation.Responses[status.ToString(System.Globalization.CultureInfo.InvariantCulture)] = ErrorResponses.Of(
                status,
                context
            );
        return true;
    }

    private static void DescribeAccess(OpenApiOperation operation, Route route)
    {
        if (route.IsAnonymous)
        {
            operation.Security = [new OpenApiSecurityRequirement()]; // an empty requirement: no credential is needed
            operation.Description = $"{operation.Description}\n\nRequires no credential.".Trim();
            return;
        }

        // Any one of them is sufficient.
        string[] schemes = route.IsForExtensions
            ? [BearerHandler.SchemeName, DocumentProcessor.ApiKeyScheme, DocumentProcessor.RuntimeTokenScheme]
            : [BearerHandler.SchemeName];
        operation.Security = [.. schemes.Select(scheme => new OpenApiSecurityRequirement { [scheme] = [] })];
        var need = route.Scope is { } scope ? $"Requires the scope `{scope}`." : "Requires a credential, with any scope.";
        operation.Description = $"{operation.Description}\n\n{need}".Trim();
    }

    private static void DescribeParameters(OpenApiOperation operation, Route route)
    {
        foreach (var parameter in operation.Parameters)
        {
            if (parameter.Schema is not { } schema)
                continue;
            schema.IsNullableRaw = null; // a parameter can be omitted but is never null
            parameter.Description ??= schema.Description;
            if (parameter.Kind is OpenApiParameterKind.Query)
                parameter.IsRequired = false; // an omitted list is empty, but the framework declares it as required
            if (parameter.Kind is OpenApiParameterKind.Path)
                parameter.Example = Examples.Of(schema, parameter.Name);
        }

        if (route.IsWrite)
            AddHeader(
                operation,
                IdempotencyFilter.Header,
                "Makes the write idempotent: for 24 hours, the same request with the same key returns the first answer again."
            );
        if (route.HasIfMatch)
            AddHeader(
                operation,
                "If-Match",
                "Entity tag of the version that you have seen, a list of them, or `*`; refused with 412 when none is "
                    + "the current one."
            );
        if (route.Streams)
            AddHeader(operation, "Last-Event-ID", "Sequence of the last event received; the stream continues after it.");
        if (route.IsConditionalRead)
            AddHeader(operation, "If-None-Match", "Entity tag of the answer that you have; 304 when it is still the same.");
    }

    private static void AddHeader(OpenApiOperation operation, string name, string description) =>
        operation.Parameters.Add(
            new OpenApiParameter
            {
                Name = name,
                Kind = OpenApiParameterKind.Header,
                Description = description,
                Schema = new JsonSchema { Type = JsonObjectType.String },
            }
        );

    /// <summary>Shows a body in its wrapper, with the members beside it.</summary>
    private static void DescribeBody(OperationProcessorContext context, OpenApiOperation operation, Route route)
    {
        if (route.Body is not { } type || operation.RequestBody?.Content.Values.FirstOrDefault() is not { } content)
            return;

        operation.RequestBody.Name = "body";
        operation.RequestBody.IsRequired = !route.BodyIsOptional;
        if (string.IsNullOrEmpty(operation.RequestBody.Description))
            operation.RequestBody.Description = null;
        foreach (var other in route.BodyTypes.Where(t => t != JsonType))
            operation.RequestBody.Content[other] = new OpenApiMediaType
            {
                Schema = new JsonSchema { Type = JsonObjectType.String },
                Example = Examples.Text(type),
            };
        if (Examples.FreeForm.TryGetValue(operation.OperationId, out var free))
        {
            content.Example = free;
            return;
        }

        if (type.GetCustomAttribute<EnvelopeAttribute>() is not { } envelope)
        {
            content.Example = Examples.OfRequest(content.Schema, route.IsPatch);
            return;
        }

        var fields = content.Schema.ActualSchema;
        var name = (type.Name.EndsWith("Body", StringComparison.Ordinal) ? type.Name[..^4] : type.Name) + "Request";
        if (!context.Document.Definitions.TryGetValue(name, out var wrapped))
        {
            wrapped = new JsonSchema { Type = JsonObjectType.Object, AllowAdditionalProperties = false };
            wrapped.Properties[envelope.Name] = new JsonSchemaProperty { Reference = fields, IsRequired = true };
            foreach (var beside in envelope.Beside.Where(fields.Properties.ContainsKey))
                wrapped.Properties[beside] = Copy(fields.Properties[beside]);
            context.Document.Definitions[name] = wrapped;
        }

        content.Schema = new JsonSchema { Reference = wrapped };
        content.Example = Examples.OfRequest(wrapped, route.IsPatch);
    }

    private static JsonSchemaProperty Copy(JsonSchemaProperty property)
    {
        var copy = new JsonSchemaProperty
        {
            Type = property.Type,
            Format = property.Format,
            Description = property.Description,
            IsNullableRaw = property.IsNullableRaw,
            Reference = property.Reference,
        };
        foreach (var reference in property.OneOf)
            copy.OneOf.Add(new JsonSchema { Reference = reference.ActualSchema });
        return copy;
    }

    private static void DescribeAnswers(OpenApiOperation operation, Route route)
    {
        foreach (var (status, response) in operation.Responses)
        {
            response.Description = status switch
            {
                "201" => "The new resource.",
                "202" => "Accepted; the work is done later.",
                _ => "The answer.",
            };
            if (route.Streams)
            {
                response.Content.Clear();
                response.Content[EventStream.MediaType] = new OpenApiMediaType
                {
                    Schema = new JsonSchema { Type = JsonObjectType.String },
                    Example = Examples.Stream,
                };
                continue;
            }

            foreach (var content in response.Content.Values)
                content.Example = Examples.Of(content.Schema);
            if (route.HasEntityTag)
                response.Headers["ETag"] = Header("Entity tag of this version of the resource.");
            if (status == "201" && route.HasLocation)
                response.Headers["Location"] = Header("Address of the new resource.");
            if (route.IsWrite)
                response.Headers[IdempotencyFilter.ReplayedHeader] = Header(
                    "`true` when this repeats the first answer for the same Idempotency-Key."
                );
        }

        if (route.IsConditionalRead)
            operation.Responses["304"] = new OpenApiResponse
            {
                Description = "Nothing has changed since the answer named in If-None-Match.",
                Headers = { ["ETag"] = Header("The same entity tag.") },
            };
    }

    private static OpenApiHeader Header(string description) =>
        new()
        {
            Description = description,
            Schema = new JsonSchema { Type = JsonObjectType.String },
        };

    /// <summary>Exactly the errors that the route can return.</summary>
    private static IEnumerable<int> StatusesOf(Route route)
    {
        yield return StatusCodes.Status400BadRequest; // every route rejects unknown query parameters
        if (!route.IsAnonymous)
            yield return StatusCodes.Status401Unauthorized;
        if (!route.IsAnonymous && (route.Scope is not null || route.IsWrite))
            yield return StatusCodes.Status403Forbidden;
        if (route.NamesResource)
            yield return StatusCodes.Status404NotFound;
        if (route.IsWrite)
            yield return StatusCodes.Status409Conflict;
        if (route.HasIfMatch)
            yield return StatusCodes.Status412PreconditionFailed;
        if (route.Body is not null)
        {
            yield return StatusCodes.Status413PayloadTooLarge;
            yield return StatusCodes.Status415UnsupportedMediaType;
        }

        if (route.IsWrite)
            yield return StatusCodes.Status422UnprocessableEntity;
        yield return StatusCodes.Status429TooManyRequests;
        yield return StatusCodes.Status500InternalServerError;
        yield return StatusCodes.Status503ServiceUnavailable;
        foreach (var declared in route.DeclaredRefusals)
            yield return declared;
    }

    /// <summary>What the processor needs to know about a route.</summary>
    private sealed class Route(ApiDescription api, MethodInfo method)
    {
        private readonly IList<object> metadata = api.ActionDescriptor.EndpointMetadata;

        private readonly HashSet<Type> results = [.. Flatten(method.ReturnType)];

        public bool IsWrite => !HttpMethods.IsGet(api.HttpMethod ?? "");

        public bool IsPatch => HttpMethods.IsPatch(api.HttpMethod ?? "");

        public bool IsAnonymous => metadata.OfType<IAllowAnonymous>().Any() || !metadata.OfType<IAuthorizeData>().Any();

        public RequiredScope? Scope => metadata.OfType<RequiredScope>().FirstOrDefault();

        public Type? Body => api.ParameterDescriptions.FirstOrDefault(p => p.Source == BindingSource.Body)?.Type;

        public bool BodyIsOptional => metadata.OfType<IAcceptsMetadata>().LastOrDefault()?.IsOptional == true;

        public IEnumerable<string> BodyTypes => metadata.OfType<IAcceptsMetadata>().LastOrDefault()?.ContentTypes ?? [];

        public bool IsForExtensions => ExtensionPaths.Matches("/" + api.RelativePath);

        public bool Streams => results.Contains(typeof(EventStream));

        public bool HasIfMatch => method.GetParameters().Any(p => p.ParameterType == typeof(IfMatch));

        public bool HasLocation => results.Contains(typeof(CreatedResource<>));

        public bool HasEntityTag => results.Contains(typeof(Resource<>)) || results.Contains(typeof(CreatedResource<>));

        public bool IsConditionalRead => !IsWrite && results.Contains(typeof(Resource<>));

        /// <summary>Whether the path, the query or the body refers to something that may not exist.</summary>
        public bool NamesResource =>
            api.ParameterDescriptions.Any(p =>
                p.Source == BindingSource.Path
                || (p.Source == BindingSource.Query && p.Name is "project" or "project_id" or "project_key")
            )
            || Body?.GetProperties()
                .SelectMany(p => Flatten(p.PropertyType))
                .Any(t => t == typeof(ProjectRef) || t == typeof(IssueRef)) == true;

        public IEnumerable<int> DeclaredRefusals => api.SupportedResponseTypes.Select(t => t.StatusCode).Where(s => s >= 400);

        private static IEnumerable<Type> Flatten(Type type) =>
            type.IsGenericType ? type.GetGenericArguments().SelectMany(Flatten).Append(type.GetGenericTypeDefinition()) : [type];
    }
}
