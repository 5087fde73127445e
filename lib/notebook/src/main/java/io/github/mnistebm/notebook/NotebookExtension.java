package io.github.mnistebm.notebook;

import io.github.mnistebm.tensor.PyTorch;
import java.awt.image.BufferedImage;
import java.util.Locale;
import java.util.Map;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.RenderContext;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.common.Image;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.jfree.chart.JFreeChart;
import tech.tablesaw.api.Table;

/**
 * Lets the JJava kernel show charts as pictures and tables as HTML, and write numbers in cells as the library does in charts and
 * tables, whatever the locale. Chooses the folder of PyTorch's native libraries. The kernel finds it as a service.
 */
public final class NotebookExtension implements Extension {

    @Override
    public void install(BaseKernel kernel) {
        PyTorch.chooseFolder();
        Locale.setDefault(Locale.ROOT);
        Renderer renderer = kernel.getRenderer();
        renderer.createRegistration(JFreeChart.class)
                .preferring(MIMEType.IMAGE_PNG)
                .register((chart, context) -> render(Pictures.of(chart), context));
        renderer.createRegistration(Pictures.Dense.class)
                .preferring(MIMEType.IMAGE_PNG)
                .register(NotebookExtension::render);
        renderer.createRegistration(Table.class)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.TEXT_PLAIN)
                .register((table, context) -> {
                    context.renderIfRequested(MIMEType.TEXT_HTML, () -> TableHtml.of(table));
                    context.renderIfRequested(MIMEType.TEXT_PLAIN, () -> table.print());
                });
    }

    private static void render(BufferedImage picture, RenderContext context) {
        Image.renderImage(picture, context);
        context.getOutputContainer().putMetaData(MIMEType.IMAGE_PNG, Map.of("width", Pictures.WIDTH));
    }
}
