using Kiket.Api.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using NJsonSchema.Generation;
using NSwag;
using NSwag.Generation.AspNetCore;

namespace Kiket.Api.OpenApi;

/// <summary>
/// The API reference (architecture, section 12). Everything in it comes from the routes themselves: their names, documentation
/// comments, bodies, results and scopes. A new endpoint requires no change here.
/// </summary>
internal static class OpenApiSetup
{
    public const string DocumentPath = "/api/v1/openapi.json";
    public const string UiPath = "/api/v1/docs";
    private static readonly PathString[] Paths = [DocumentPath, UiPath];

    public static IServiceCollection AddKiketOpenApi(this IServiceCollection services) =>
        services.AddEndpointsApiExplorer().AddOpenApiDocument(Configure);

    public static WebApplication UseKiketOpenApi(this WebApplication app)
    {
        // Each of NSwag's middlewares would otherwise look at every request.
        app.UseWhen(context => context.Request.Path.IsBelowAny(Paths), Serve);

        // The conventional address.
        foreach (var address in new[] { "/", "/docs", "/swagger", "/api", "/api/v1" })
            app.MapGet(address, () => Results.Redirect(UiPath)).ExcludeFromDescription();
        return app;
    }

    private static void Serve(IApplicationBuilder reference)
    {
        reference.UseOpenApi(document =>
        {
            document.Path = DocumentPath;
            document.PostProcess = (generated, _) =>
            {
                // Relative, so that the document is correct behind any proxy.
                generated.Servers.Clear();
                generated.Servers.Add(new OpenApiServer { Url = "/" });
            };
        });
        reference.Use(ReferencePage.AddPolicy);
        reference.UseSwaggerUi(ui =>
        {
            ui.Path = UiPath;
            ui.DocumentPath = DocumentPath;
            ui.DocExpansion = "list";
            ui.DocumentTitle = "Kiket REST API";
        });
    }

    private static void Configure(AspNetCoreOpenApiDocumentGeneratorSettings settings, IServiceProvider services)
    {
        settings.SchemaSettings = new SystemTextJsonSchemaGeneratorSettings
        {
            SerializerOptions = services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions,
            SchemaType = NJsonSchema.SchemaType.OpenApi3,
            SchemaNameGenerator = new SchemaNames(),
            FlattenInheritanceHierarchy = true,
        };
        foreach (var mapper in SchemaProcessor.TypeMappers)
            settings.SchemaSettings.TypeMappers.Add(mapper);
        settings.SchemaSettings.SchemaProcessors.Add(new SchemaProcessor(services));
        settings.OperationProcessors.Add(new OperationProcessor());
        settings.DocumentProcessors.Add(new DocumentProcessor());
    }
}
